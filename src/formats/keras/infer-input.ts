import { sameShape } from "../../base/shape.ts";
import type { KerasShape } from "../../layers/define-layer.ts";
import type { KerasModel } from "../../model/model.ts";
import { listWeights } from "../../model/lowering/list-weights.ts";

/** Larger pictures are not looked for. */
const maxSize = 1024;

/**
 * Finds the input shape of a Sequential model whose file does not say it: the channels follow from the
 * first kernel, and the size from the first Dense layer behind a Flatten (the smallest square that
 * gives its number of features). A model that takes any size keeps it open.
 *
 * @param arraysOf shapes of the arrays that the file has for a layer of the model, by its name
 */
export function inferInput(
  model: KerasModel,
  arraysOf: (layer: string) => readonly (readonly number[])[] | undefined,
): void {
  const input = model.inputs[0]!.layer;
  if (model.className !== "Sequential" || input.config.batch_shape != null) return;
  const kernel = model.layers
    .map((layer) => arraysOf(layer.name)?.[0])
    .find((shape) => shape !== undefined);
  if (kernel === undefined || kernel.length < 2) return;
  const channels = kernel.at(-2)!;
  const rank = kernel.length - 2;
  const candidates = [null, ...Array.from({ length: rank > 0 ? maxSize : 0 }, (_, i) => i + 1)];
  for (const size of candidates) {
    const shape: KerasShape = [null, ...new Array<number | null>(rank).fill(size), channels];
    input.config.batch_shape = shape;
    if (fits(model, arraysOf)) return;
  }
  input.config.batch_shape = null;
}

/** Whether every layer would get weights of the shapes that the file has. */
function fits(
  model: KerasModel,
  arraysOf: (layer: string) => readonly (readonly number[])[] | undefined,
): boolean {
  try {
    return listWeights(model).weights.every(({ layer, owner, specs }) => {
      if (layer !== owner) return true;
      const shapes = arraysOf(layer.name);
      return shapes?.every(
        (shape, i) => specs[i] === undefined || sameShape(shape, specs[i].shape),
      );
    });
  } catch {
    return false;
  }
}
