import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape, sameShape } from "../../base/shape.ts";
import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import type { KerasVersion } from "../../layers/keras-version.ts";
import type { LayerWeights } from "../../model/lowering/list-weights.ts";

/** Where arrays come from, as far as it decides how they are to be read. */
export interface WeightsOrigin {
  kerasVersion: KerasVersion;
  /** `theano` flips the kernels of convolutions. */
  backend: "theano" | "tensorflow";
}

/**
 * Gives the arrays of one group of a file to the layers that they belong to: a layer, or all layers
 * of a nested model. The order decides, never a name: first everything that is trained, then the
 * rest, each in the order of the layers.
 *
 * Source: `_legacy_weights` in Keras' hdf5_format.py
 *
 * @param group what the file calls the place, for messages
 */
export function assignInOrder(
  layers: readonly LayerWeights[],
  arrays: readonly Tensor[],
  group: string,
  origin: WeightsOrigin,
): void {
  const converted = layers.length === 1 ? convert(layers[0]!, arrays, origin) : arrays;
  const slots = layers.flatMap((weights) =>
    weights.specs.map((spec) => ({ weights, path: weights.path, spec })),
  );
  if (slots.length !== converted.length)
    throw new StriateError(
      `"${group}": expected ${counted(slots.length, "weight")} (${slots
        .map(({ path, spec }) => `${path}/${spec.name}`)
        .slice(0, 6)
        .join(", ")}), got ${converted.length}`,
    );
  const ordered = [
    ...slots.filter(({ spec }) => spec.trainable),
    ...slots.filter(({ spec }) => !spec.trainable),
  ];
  ordered.forEach(({ weights, spec }, i) => {
    setWeight(weights, spec.name, converted[i]!);
  });
  if (layers.length > 1) for (const each of layers) convertNested(each, origin);
}

/** Gives one array to a layer. @throws StriateError when its shape is not the one that is needed */
export function setWeight({ layer, path, specs }: LayerWeights, name: string, array: Tensor): void {
  const spec = specs.find((candidate) => candidate.name === name)!;
  if (!sameShape(array.shape, spec.shape))
    throw new StriateError(
      `${layer.className} "${path}": expected ${name} of shape ${formatShape(spec.shape)}, got ${formatShape(array.shape)} in the file`,
    );
  layer.weights.set(name, toFloat32(array));
}

/** Turns the arrays of a layer, as an old Keras or Theano kept them, into those of today's Keras. */
function convert(
  { layer }: LayerWeights,
  arrays: readonly Tensor[],
  { kerasVersion, backend }: WeightsOrigin,
): readonly Tensor[] {
  const className = layer.sourceClass ?? layer.className;
  const origin = { version: kerasVersion, className, backend };
  return layer.definition?.convertWeights?.(arrays, layer.config, origin) ?? arrays;
}

/** {@link convert} for a layer of a nested model, whose arrays have been found one by one. */
function convertNested(weights: LayerWeights, origin: WeightsOrigin): void {
  const { layer, specs } = weights;
  const arrays = specs.map((spec) => layer.weights.get(spec.name)!);
  convert(weights, arrays, origin).forEach((array, i) => {
    setWeight(weights, specs[i]!.name, array);
  });
}
