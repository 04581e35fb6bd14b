import { StriateError } from "../../base/errors.ts";
import type { AttributeInput } from "../../graph/attributes.ts";
import type { KerasShape } from "../define-layer.ts";

/** Keras' words for the border: `valid` uses whole windows only, `same` keeps ceil(n / stride). */
export type Padding = "valid" | "same" | "causal";

/** How a window slides over the spatial axes: one entry for each axis. */
export interface Window {
  kernel: readonly number[];
  strides: readonly number[];
  dilation: readonly number[];
  padding: Padding;
}

/** How far a dilated kernel reaches, in pixels. */
const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/**
 * Output lengths of a convolution or pooling; null stays null.
 *
 * Source: `tf.nn.convolution`, "same" is ceil(n / s), "valid" is ceil((n - reach + 1) / s).
 */
export function windowOutput(space: KerasShape, window: Window): (number | null)[] {
  return space.map((length, i) => {
    if (length === null) return null;
    const stride = window.strides[i]!;
    const span = window.padding === "valid" ? reach(window.kernel[i]!, window.dilation[i]!) : 1;
    return Math.max(0, Math.ceil((length - span + 1) / stride));
  });
}

/**
 * Zeros that "same" adds to one axis, `[start, end]`: the smaller half stands first.
 *
 * Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function samePads(
  length: number,
  kernel: number,
  stride: number,
  dilation: number,
): [number, number] {
  const output = Math.ceil(length / stride);
  const total = Math.max((output - 1) * stride + reach(kernel, dilation) - length, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * The ONNX attributes of a window. The pads are explicit where they are known: of an axis of unknown
 * length they are if the window moves pixel by pixel. Otherwise `auto_pad` stands for them.
 */
export function windowAttributes(
  space: KerasShape,
  window: Window,
): Record<string, AttributeInput | undefined> {
  const { kernel, strides, dilation } = window;
  const isDilated = dilation.some((step) => step !== 1);
  const attributes: Record<string, AttributeInput | undefined> = {
    kernel_shape: kernel,
    strides,
    dilations: isDilated ? dilation : undefined,
  };
  if (window.padding === "valid") return attributes;
  if (window.padding === "causal") {
    const starts = kernel.map((length, i) => reach(length, dilation[i]!) - 1);
    return { ...attributes, pads: [...starts, ...starts.map(() => 0)] };
  }
  if (space.every((length, i) => length !== null || strides[i] === 1)) {
    // With a stride of 1 every length has the same pads.
    const pads = space.map((length, i) =>
      samePads(length ?? reach(kernel[i]!, dilation[i]!), kernel[i]!, strides[i]!, dilation[i]!),
    );
    return { ...attributes, pads: [...pads.map((p) => p[0]), ...pads.map((p) => p[1])] };
  }
  if (isDilated)
    throw new StriateError(
      'padding "same" with a stride and a dilation needs a picture of known size',
    );
  return { ...attributes, auto_pad: "SAME_UPPER" };
}
