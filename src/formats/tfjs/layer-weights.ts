import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { KerasModel } from "../../model/model.ts";
import { type WeightsOrigin, assignInOrder } from "../keras/assign-weights.ts";
import { type LayerWeights, listWeights } from "../../model/lowering/list-weights.ts";
import type { NamedArray } from "./weights-manifest.ts";

/**
 * Gives the arrays of a TF.js layers model to its layers by their names: `conv2d/kernel`, with or
 * without the names of the models around the layer in front, in whatever order the manifest has them.
 * Where nested models repeat a name, the order decides among the layers that could have it.
 *
 * @throws StriateError naming the layer whose arrays are missing or do not fit
 */
export function assignByName(
  model: KerasModel,
  arrays: readonly NamedArray[],
  origin: WeightsOrigin,
): void {
  const places = placesOf(arrays);
  const byPlace = new Map<string, LayerWeights[]>();
  for (const weights of listWeights(model).weights) {
    const place = placeFor(weights, places, model.name);
    if (place === undefined) throw missing(weights, arrays);
    byPlace.set(place, [...(byPlace.get(place) ?? []), weights]);
  }
  const sets = setsOf(arrays, [...byPlace.keys()]);
  for (const [place, layers] of byPlace)
    layers.forEach((weights, i) => {
      const set = sets.get(place)?.[i];
      if (set === undefined) throw missing(weights, arrays);
      assignInOrder([weights], inSpecOrder(weights, set), place, origin);
    });
}

/** The arrays of one layer by what stands behind its place: `kernel`, `lstm_cell/kernel`. */
type ArraySet = Map<string, Tensor>;

const plainName = ({ name }: NamedArray): string => name.replace(/:\d+$/, "");

/** Everything that can stand before a name, outermost first: `a` and `a/b` of `a/b/kernel`. */
function placesOf(arrays: readonly NamedArray[]): string[] {
  const places = new Set<string>();
  for (const array of arrays) {
    const parts = plainName(array).split("/");
    for (let i = 1; i < parts.length; i++) places.add(parts.slice(0, i).join("/"));
  }
  return [...places];
}

/** The place that names a layer best: its whole path, with the model's name in front, its own name. */
function placeFor(
  { layer, path }: LayerWeights,
  places: readonly string[],
  modelName: string,
): string | undefined {
  const wanted = [path, `${modelName}/${path}`];
  return (
    wanted.find((place) => places.includes(place)) ??
    places.find((place) => place.endsWith(`/${path}`)) ??
    places.find((place) => place === layer.name) ??
    places.find((place) => place.endsWith(`/${layer.name}`))
  );
}

/** Deals the arrays out to the longest place they lie in; a name that comes again begins another set. */
function setsOf(arrays: readonly NamedArray[], places: readonly string[]): Map<string, ArraySet[]> {
  const longestFirst = [...places].sort((a, b) => b.length - a.length);
  const sets = new Map<string, ArraySet[]>(places.map((place) => [place, []]));
  for (const array of arrays) {
    const name = plainName(array);
    const place = longestFirst.find((candidate) => name.startsWith(`${candidate}/`));
    if (place === undefined) continue;
    const own = name.slice(place.length + 1);
    const list = sets.get(place)!;
    const open = list.find((set) => !set.has(own)) ?? new Map<string, Tensor>();
    if (!list.includes(open)) list.push(open);
    open.set(own, array.value);
  }
  return sets;
}

/** First what is trained, then the rest, as the files of Keras have it. */
function inSpecOrder({ specs }: LayerWeights, set: ArraySet): Tensor[] {
  const ordered = [...specs.filter((spec) => spec.trainable), ...specs.filter((s) => !s.trainable)];
  const byLast = new Map(
    [...set].map(([name, value]) => [name.slice(name.lastIndexOf("/") + 1), value]),
  );
  const named =
    byLast.size === set.size ? ordered.flatMap((spec) => byLast.get(spec.name) ?? []) : [];
  // Some layers' arrays have other names than Keras' own; then they stand in Keras' order.
  return named.length === ordered.length ? named : [...set.values()];
}

function missing(
  { layer, path, specs }: LayerWeights,
  arrays: readonly NamedArray[],
): StriateError {
  const some = arrays.slice(0, 4).map(({ name }) => name);
  return new StriateError(
    `${layer.className} "${path}": its weights (${specs.map((spec) => spec.name).join(", ")}) are not among those of the file, ` +
      `which has ${some.join(", ")}${arrays.length > 4 ? ", ..." : ""}`,
  );
}
