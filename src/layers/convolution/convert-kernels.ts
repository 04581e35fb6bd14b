import { type Tensor, newArray } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";
import { stridesOf } from "../../base/shape.ts";
import type { WeightOrigin } from "../define-layer.ts";

/**
 * Flips the first `rank` axes of a kernel: Theano convolves, everything else correlates.
 *
 * Source: `convert_kernel` of Keras 2,
 * https://github.com/keras-team/keras/blob/2.2.4/keras/utils/conv_utils.py
 */
export function flipKernel(kernel: Tensor, rank: number): Tensor {
  const window = kernel.shape.slice(0, rank).reduce((a, b) => a * b, 1);
  const inner = stridesOf(kernel.shape)[rank - 1]!;
  const data = newArray(kernel.type, kernel.data.length);
  // A window read backwards is a window with every axis flipped.
  for (let at = 0; at < window; at++)
    for (let i = 0; i < inner; i++)
      (data as unknown[])[at * inner + i] = kernel.data[(window - 1 - at) * inner + i];
  return { ...kernel, data };
}

/**
 * The kernel of a convolution as Keras 2 keeps it, `(...window, in, out)`.
 *
 * Keras 1 kept channels_first kernels as `(out, in, ...window)`, and those of one axis with a second
 * one of length 1.
 *
 * Source: `preprocess_weights_for_loading`,
 * https://github.com/keras-team/keras/blob/2.2.4/keras/engine/saving.py
 */
export function convertKernel(
  kernel: Tensor,
  rank: number,
  channelsFirst: boolean,
  origin: WeightOrigin,
): Tensor {
  let converted = kernel;
  if (origin.version === 1 && rank === 1) {
    // (window, 1, in, out), but (out, in, window, 1) in early files.
    if (kernel.shape[1] !== 1) converted = transpose(kernel, [2, 3, 1, 0]);
    converted = { ...converted, shape: [converted.shape[0]!, ...converted.shape.slice(2)] };
  } else if (origin.version === 1 && channelsFirst) {
    const window = Array.from({ length: rank }, (_, axis) => axis + 2);
    converted = transpose(kernel, [...window, 1, 0]);
  }
  return origin.backend === "theano" ? flipKernel(converted, rank) : converted;
}
