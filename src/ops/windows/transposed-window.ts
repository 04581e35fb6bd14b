import { StriateError } from "../../base/errors.ts";
import type { Dim } from "../../graph/graph.ts";
import { type Window, type WindowAttributes, reach } from "./window.ts";

/** The window attributes of a transposed convolution. */
export interface TransposedAttributes extends WindowAttributes {
  output_padding: readonly number[] | undefined;
  output_shape: readonly number[] | undefined;
}

/**
 * The windows of the convolution that a transposed one is the transpose of: `input` is the length of
 * the transposed convolution's output, `output` that of its input. Both SAME cuts take the odd element
 * where the convolution pads it: UPPER at the end, LOWER at the start.
 */
export function transposedWindows(
  attributes: TransposedAttributes,
  kernel: readonly number[],
  spatial: readonly Dim[],
): Window[] {
  const rank = spatial.length;
  const { auto_pad, output_shape: wanted } = attributes;
  const ones = new Array<number>(rank).fill(1);
  const {
    strides = ones,
    dilations = ones,
    pads = new Array<number>(2 * rank).fill(0),
  } = attributes;
  const extra = attributes.output_padding ?? new Array<number>(rank).fill(0);
  if (
    kernel.length !== rank ||
    strides.length !== rank ||
    dilations.length !== rank ||
    pads.length !== 2 * rank
  )
    throw new StriateError(`kernel, strides, dilations or pads do not fit ${rank} spatial axes`);
  return spatial.map((length, axis) => {
    const window: Window = {
      input: null,
      kernel: kernel[axis]!,
      stride: strides[axis]!,
      dilation: dilations[axis]!,
      begin: auto_pad === "NOTSET" ? pads[axis]! : 0,
      end: auto_pad === "NOTSET" ? pads[axis + rank]! : 0,
      output: length,
    };
    const size = wanted?.at(axis - rank);
    if (typeof length !== "number") return { ...window, input: size ?? null };
    const full = (length - 1) * window.stride + extra[axis]! + reach(window);
    const isSame = auto_pad === "SAME_UPPER" || auto_pad === "SAME_LOWER";
    if (size === undefined && !isSame)
      return { ...window, input: full - window.begin - window.end };
    const total = Math.max(0, full - (size ?? length * window.stride));
    const small = Math.floor(total / 2);
    const begin = auto_pad === "SAME_UPPER" ? small : total - small;
    // SAME cuts, and never adds; a larger output that is asked for ends in zeros.
    return { ...window, input: size ?? full - total, begin, end: total - begin };
  });
}
