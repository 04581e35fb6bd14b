import type { Tensor } from "../../base/tensor.ts";
import type { KerasModel, Layer } from "../../model/model.ts";
import type { AttributeToWrite, GroupToWrite } from "../hdf5/write-hdf5.ts";
import { type LayerWeights, listWeights } from "../../model/lowering/list-weights.ts";

/** A group that is being put together. */
interface Group extends GroupToWrite {
  attributes: Record<string, AttributeToWrite>;
  children: Map<string, Group | Tensor>;
}

export const newGroup = (): Group => ({ attributes: {}, children: new Map() });

/** Puts an array at a path of a group; a name may hold slashes, as Keras' names do. */
export function putArray(group: Group, path: string, array: Tensor): void {
  const names = path.split("/").filter((name) => name !== "");
  const parent = groupAt(group, names.slice(0, -1));
  parent.children.set(names.at(-1)!, array);
}

/** The group at a path, made where it is missing. */
export function groupAt(group: Group, path: readonly string[]): Group {
  let at = group;
  for (const name of path) {
    const known = at.children.get(name);
    const next = known && "children" in known ? known : newGroup();
    at.children.set(name, next);
    at = next;
  }
  return at;
}

/** An attribute may hold 64 kB; Keras leaves some room for the rest of its header. */
const attributeLimit = 60_000;

/**
 * Sets a list of names; one that is too long for an attribute is cut into `name0`, `name1`, ..., as
 * Keras does it.
 */
export function putNames(group: Group, name: string, names: readonly string[]): void {
  const width = Math.max(1, ...names.map((each) => new TextEncoder().encode(each).length));
  const perPart = Math.max(1, Math.floor(attributeLimit / width));
  if (names.length <= perPart) {
    group.attributes[name] = names;
    return;
  }
  for (let i = 0; i * perPart < names.length; i++)
    group.attributes[`${name}${i}`] = names.slice(i * perPart, (i + 1) * perPart);
}

/**
 * The `model_weights` group of an `.h5` file: a group for each layer of the outermost model, the
 * trained weights first.
 *
 * Source: `save_weights_to_hdf5_group` in Keras' hdf5_format.py
 */
export function weightsGroup(model: KerasModel, version: string): Group {
  const root = newGroup();
  const byOwner = new Map<Layer, LayerWeights[]>();
  for (const each of listWeights(model).weights)
    byOwner.set(each.owner, [...(byOwner.get(each.owner) ?? []), each]);
  putNames(
    root,
    "layer_names",
    model.layers.map((layer) => layer.name),
  );
  root.attributes.backend = "tensorflow";
  root.attributes.keras_version = version;
  for (const layer of model.layers) {
    const group = groupAt(root, layer.name.split("/"));
    const arrays = ordered(byOwner.get(layer) ?? []);
    putNames(
      group,
      "weight_names",
      arrays.map(({ name }) => name),
    );
    for (const { name, array } of arrays) putArray(group, name, array);
  }
  return root;
}

/** The weights of a layer, nested ones too: first all that are trained. */
function ordered(weights: readonly LayerWeights[]): { name: string; array: Tensor }[] {
  const slots = weights.flatMap(({ layer, path, specs }) =>
    specs.map((spec) => ({
      trainable: spec.trainable,
      name: `${path}/${spec.name}:0`,
      array: layer.weights.get(spec.name)!,
    })),
  );
  return [...slots.filter((slot) => slot.trainable), ...slots.filter((slot) => !slot.trainable)];
}
