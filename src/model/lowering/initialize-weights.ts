import { namingSync } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import type { Tensor } from "../../base/tensor.ts";
import { initialize } from "../../training/initializers/index.ts";
import { listWeights } from "./list-weights.ts";
import type { KerasModel } from "../model.ts";

/**
 * Draws the weights that a model does not have yet, each by its own initializer.
 *
 * The numbers of a weight depend on the seed and on the weight's address alone: a layer more or less
 * changes no other layer.
 *
 * @throws StriateError naming the layer whose initializer is unknown or does not fit
 */
export function initializeWeights(model: KerasModel, seed = 0): void {
  for (const { layer, path, specs } of listWeights(model).weights)
    for (const { name, shape, initializer } of specs) {
      if (layer.weights.has(name)) continue;
      const weight = namingSync(`${layer.className} "${path}"`, () =>
        drawWeight(initializer, shape, `${path}/${name}`, seed),
      );
      layer.weights.set(name, weight);
    }
}

/** A new weight of an address. */
export const drawWeight = (
  initializer: unknown,
  shape: readonly number[],
  address: string,
  seed: number,
): Tensor<"float32"> => initialize(initializer, shape, new Random(seed, hash(address)));

/** A number for a text: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
