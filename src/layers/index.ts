import { activation } from "./activation.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { conv1d, conv2d, conv3d } from "./conv.ts";
import { cropping1d, cropping2d, cropping3d } from "./cropping.ts";
import type { LayerDefinition } from "./define-layer.ts";
import { dense } from "./dense.ts";
import { depthwiseConv1d, depthwiseConv2d } from "./depthwise-conv.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from "./global-pooling.ts";
import { inputLayer } from "./input-layer.ts";
import {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
} from "./pooling.ts";
import { elu, leakyRelu, relu, thresholdedRelu } from "./rectifiers.ts";
import { reshape } from "./reshape.ts";
import { separableConv1d, separableConv2d } from "./separable-conv.ts";
import { softmax } from "./softmax.ts";
import { zeroPadding1d, zeroPadding2d, zeroPadding3d } from "./zero-padding.ts";

/**
 * Every layer class that striate knows, by the name that its creation function has in TypeScript. A
 * new layer is one more line here.
 */
export const definitions = {
  inputLayer,
  conv1d,
  conv2d,
  conv3d,
  separableConv1d,
  separableConv2d,
  depthwiseConv1d,
  depthwiseConv2d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  dense,
  flatten,
  reshape,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
  cropping1d,
  cropping2d,
  cropping3d,
  dropout,
  batchNormalization,
  activation,
  relu,
  leakyRelu,
  elu,
  thresholdedRelu,
  softmax,
};

const byClass = new Map<string, LayerDefinition>();
for (const definition of Object.values(definitions))
  registerLayer(definition as unknown as LayerDefinition);

/**
 * The definition of a Keras layer class, by any of its names.
 *
 * @param module the module that a Keras 3 file names beside the class: `Add` of `keras.layers` takes a
 *   list of tensors, `Add` of `keras.src.ops.numpy` is the operation `x1 + x2`
 */
export const findLayer = (
  className: string,
  _module?: string | null,
): LayerDefinition | undefined => byClass.get(className);

/** All class names, for messages. */
export const layerClassNames = (): string[] => [...byClass.keys()];

/** Adds a layer class of the user's own, so that files with it open. */
export function registerLayer(definition: LayerDefinition): void {
  for (const name of [definition.className, ...(definition.aliases ?? [])])
    byClass.set(name, definition);
}
