import { counted } from "../../base/counted.ts";
import { pushAll } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { KerasModel, Layer } from "../../model/model.ts";
import { setWeight } from "./assign-weights.ts";
import { type LayerWeights, listWeights } from "../../model/lowering/list-weights.ts";

/** An array of a `.keras` file. */
export interface StoredArray {
  shape: readonly number[];
  /** The elements may be left for later, until they are looked at. */
  read(): Tensor;
}

/** The weights of a `.keras` file: arrays by the path of the object that holds them. */
export interface WeightStore {
  /** The arrays that an object holds, in order; undefined where there is no such object. */
  arrays(path: string): StoredArray[] | undefined;
  /** Whether any object lies at or below the path. */
  has(path: string): boolean;
}

/**
 * Gives the weights of a `.keras` file to the layers of a model.
 *
 * An object's path does not hold its name but its class and a number: `layers/conv2d_1` is the second
 * Conv2D of the model in its order, `layers/sequential/layers/dense` the first Dense of its first
 * nested Sequential. Up to Keras 2.14 `layers` is called `_layer_checkpoint_dependencies`; there 2.12
 * and 2.13 count a layer with weights twice, so that the second Conv2D is `conv2d_2`.
 *
 * Source: `_save_container_state` in saving_lib.py of Keras 2.12 to 3.15
 *
 * @throws StriateError naming the layer whose weights are missing or do not fit
 */
export function assignFromStore(model: KerasModel, store: WeightStore): void {
  const weights = new Map<Layer, LayerWeights>();
  for (const each of listWeights(model).weights) weights.set(each.layer, each);
  const numberings: Numbering[] = ["once", "twice"];
  const found = numberings
    .map((numbering) => locate(model, "", store, numbering, weights))
    .sort((a, b) => a.missing.length - b.missing.length)[0]!;
  for (const each of weights.values()) {
    const path = found.paths.get(each.layer);
    if (path === undefined)
      throw new StriateError(
        `${each.layer.className} "${each.path}": its weights are not in the file`,
      );
    assignHolders(each, path, store);
  }
}

type Numbering = "once" | "twice";
const containers = ["layers", "_layer_checkpoint_dependencies", "_pipeline_layers"];

/** Where the objects of the layers lie, by one way of counting, and which are not there. */
function locate(
  model: KerasModel,
  path: string,
  store: WeightStore,
  numbering: Numbering,
  weights: ReadonlyMap<Layer, LayerWeights>,
): { paths: Map<Layer, string>; missing: Layer[] } {
  const container = containers.find((name) => store.has(path + name)) ?? containers[0]!;
  const counts = new Map<string, number>();
  const paths = new Map<Layer, string>();
  const missing: Layer[] = [];
  for (const layer of model.layers) {
    const word = objectName(layer, layer.sourceClass);
    const count = counts.get(word) ?? 0;
    const hasWeights = weights.has(layer) || (layer.model && holdsWeights(layer.model, weights));
    counts.set(word, count + (hasWeights && numbering === "twice" ? 2 : 1));
    const own = `${path}${container}/${word}${count === 0 ? "" : `_${count}`}`;
    if (layer.model) {
      const below = layer.definition ? `${own}/layer/` : `${own}/`;
      const inner = locate(layer.model, below, store, numbering, weights);
      inner.paths.forEach((innerPath, innerLayer) => paths.set(innerLayer, innerPath));
      pushAll(missing, inner.missing);
    }
    if (!weights.has(layer)) continue;
    if (store.has(own)) paths.set(layer, own);
    else missing.push(layer);
  }
  return { paths, missing };
}

function holdsWeights(model: KerasModel, weights: ReadonlyMap<Layer, LayerWeights>): boolean {
  return model.layers.some(
    (layer) => weights.has(layer) || (layer.model && holdsWeights(layer.model, weights)),
  );
}

/** Reads the arrays of a layer, object by object: an LSTM has them in its `cell`. */
function assignHolders(weights: LayerWeights, path: string, store: WeightStore): void {
  const { layer, specs } = weights;
  const holders = new Set(specs.map((spec) => spec.holder ?? ""));
  for (const holder of holders) {
    const own = specs.filter(({ holder: held = "", alsoIn }) => [held, alsoIn].includes(holder));
    const arrays = arraysOf(store, path, holder) ?? [];
    if (arrays.length !== own.length)
      throw new StriateError(
        `${layer.className} "${weights.path}": expected ${counted(own.length, "weight")} (${own
          .map((spec) => spec.name)
          .join(", ")}), got ${arrays.length} in the file`,
      );
    own.forEach((spec, i) => {
      setWeight(weights, spec.name, arrays[i]!.read());
    });
  }
}

/** Keras 2 kept the parts of an attention layer under private names: `_query_dense`. */
function arraysOf(store: WeightStore, path: string, holder: string) {
  if (holder === "") return store.arrays(path);
  const at = holder.lastIndexOf("/") + 1;
  return (
    store.arrays(`${path}/${holder}`) ??
    store.arrays(`${path}/${holder.slice(0, at)}_${holder.slice(at)}`)
  );
}

/** What the object of a layer is called in a `.keras` file, `conv2d`, before its number. */
export const objectName = ({ definition, className }: Layer, sourceClass?: string): string =>
  snakeCase(definition?.pythonClass ?? sourceClass ?? className);

/**
 * `Conv2DTranspose` as `conv2d_transpose`.
 *
 * Source: `to_snake_case` in keras/src/utils/naming.py
 */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
