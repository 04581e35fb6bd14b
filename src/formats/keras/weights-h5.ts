import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Hdf5Group } from "../hdf5/hdf5-file.ts";
import type { KerasModel } from "../../model/model.ts";
import { type WeightsOrigin, assignInOrder } from "./assign-weights.ts";
import { type LayerWeights, listWeights } from "../../model/lowering/list-weights.ts";
import { readNames } from "./read-names.ts";

/** A group of weights in an `.h5` file: one for each layer of the outermost model. */
export interface WeightGroup {
  name: string;
  /** By the names that the file gives them, in its order; `read` may leave the elements for later. */
  arrays: { name: string; shape: readonly number[]; read(): Tensor }[];
}

/**
 * The weight groups of an `.h5` file, in the order of its `layer_names`.
 *
 * @param root the `model_weights` group, or the root of a weights-only file
 */
export function weightGroups(root: Hdf5Group): WeightGroup[] | undefined {
  const names = readNames(root, "layer_names");
  return names?.map((name) => {
    const group = root.group(name);
    if (group === undefined)
      throw new StriateError(`layer_names lists "${name}", but there is no such group`);
    const arrays = (readNames(group, "weight_names") ?? []).map((weight) => {
      const dataset = group.dataset(weight);
      if (dataset === undefined)
        throw new StriateError(`weight_names of "${name}" lists "${weight}", which is not there`);
      return { name: weight, shape: dataset.shape, read: () => dataset.lazy() };
    });
    return { name, arrays };
  });
}

/**
 * Gives the weights of an `.h5` file to the layers of a model. A layer's group is the one with its
 * name; where names do not agree, the groups stand in the order of the layers, as Keras itself reads
 * them. Within a group the order decides.
 *
 * @throws StriateError when groups or shapes do not fit
 */
export function assignGroups(
  model: KerasModel,
  groups: readonly WeightGroup[],
  origin: WeightsOrigin,
): void {
  const needed = byOwner(listWeights(model).weights);
  const filled = groups.filter((group) => group.arrays.length > 0);
  const byName = new Map(filled.map((group) => [group.name, group]));
  const agree = needed.every(({ name }) => byName.has(name));
  if (!agree && filled.length !== needed.length) {
    const missing = needed.filter(({ name }) => !byName.has(name)).map(({ name }) => `"${name}"`);
    throw new StriateError(
      `the file has no weights for ${missing.slice(0, 5).join(", ")}; it has weights for ` +
        `${
          filled
            .map(({ name }) => `"${name}"`)
            .slice(0, 5)
            .join(", ") || "no layer"
        }`,
    );
  }
  needed.forEach(({ name, layers }, i) => {
    const group = agree ? byName.get(name)! : filled[i]!;
    assignInOrder(
      layers,
      group.arrays.map((array) => array.read()),
      group.name,
      origin,
    );
  });
}

/** The weights of each layer of the outermost model; those of nested layers stand together. */
function byOwner(weights: readonly LayerWeights[]): { name: string; layers: LayerWeights[] }[] {
  const owners = new Map<string, LayerWeights[]>();
  for (const each of weights)
    owners.set(each.owner.name, [...(owners.get(each.owner.name) ?? []), each]);
  return [...owners].map(([name, layers]) => ({ name, layers }));
}
