import { largest, smallest } from "../../base/extremes.ts";
import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import type { Dim } from "../../graph/graph.ts";
import type { Dims } from "../facts/dims.ts";
import type { Reads } from "../facts/sight.ts";
import { Steps } from "../facts/steps.ts";

/** The attributes that convolutions and pools share. */
export interface WindowAttributes {
  auto_pad: string;
  kernel_shape: readonly number[] | undefined;
  strides: readonly number[] | undefined;
  dilations?: readonly number[] | undefined;
  pads: readonly number[] | undefined;
  ceil_mode?: number;
}

/** A window that slides along one axis. All lengths are in elements. */
export interface Window {
  /** Length of the axis that it slides on. */
  input: Dim;
  /** Taps of the window. */
  kernel: number;
  stride: number;
  dilation: number;
  /** Padding before the first and after the last element. */
  begin: number;
  end: number;
  /** How many positions it takes. */
  output: Dim;
}

/** A window whose axis has a known length, as gradients need it. */
export type ConcreteWindow = Window & { input: number; output: number };

/** Length that a window covers, the gaps of dilation included. */
export const reach = ({ kernel, dilation }: Pick<Window, "kernel" | "dilation">): number =>
  dilation * (kernel - 1) + 1;

/**
 * The windows of a convolution or pool, one for each spatial axis, with `auto_pad` and `ceil_mode`
 * resolved.
 *
 * @param spatial lengths of the spatial axes
 * @see https://onnx.ai/onnx/operators/onnx__MaxPool.html
 */
export function windowsOf(
  attributes: WindowAttributes,
  kernel: readonly number[],
  spatial: readonly Dim[],
): Window[] {
  const rank = spatial.length;
  const { auto_pad, ceil_mode = 0 } = attributes;
  const strides = perAxis("strides", attributes.strides, rank);
  const dilations = perAxis("dilations", attributes.dilations, rank);
  const pads = attributes.pads ?? new Array<number>(2 * rank).fill(0);
  if (kernel.length !== rank || pads.length !== 2 * rank)
    throw new StriateError(
      `the input has ${rank} spatial axes, the kernel ${kernel.length} and pads ${pads.length} (two for each axis)`,
    );
  return spatial.map((input, axis) => {
    const window: Window = {
      input,
      kernel: kernel[axis]!,
      stride: strides[axis]!,
      dilation: dilations[axis]!,
      begin: auto_pad === "NOTSET" ? pads[axis]! : 0,
      end: auto_pad === "NOTSET" ? pads[axis + rank]! : 0,
      output: null,
    };
    if (window.kernel < 1 || window.stride < 1 || window.dilation < 1)
      throw new StriateError("kernel, strides and dilations must be at least 1");
    if (auto_pad === "SAME_UPPER" || auto_pad === "SAME_LOWER") return same(window, auto_pad);
    window.output = positions(window, ceil_mode !== 0);
    return window;
  });
}

/**
 * Padded for `ceil(input / stride)` positions, an odd pad at the end for UPPER, else at the start. As
 * ONNX Runtime does it, the pads take no account of dilation, which then costs positions.
 */
function same(window: Window, auto_pad: "SAME_UPPER" | "SAME_LOWER"): Window {
  const { input, stride } = window;
  if (typeof input !== "number") return { ...window, output: stride === 1 ? input : null };
  const wanted = Math.ceil(input / stride);
  const total = Math.max(0, (wanted - 1) * stride + window.kernel - input);
  const small = Math.floor(total / 2);
  const begin = auto_pad === "SAME_UPPER" ? small : total - small;
  const padded = { ...window, begin, end: total - begin };
  return { ...padded, output: positions(padded, false) };
}

function positions(window: Window, ceil: boolean): Dim {
  const { input, stride, begin, end } = window;
  const free = begin + end - reach(window);
  if (typeof input !== "number") return stride === 1 && free === -1 ? input : null;
  if (input + free < 0)
    throw new StriateError(
      `the window covers ${reach(window)} elements, the padded input has only ${input + begin + end}`,
    );
  const last = (input + free) / stride;
  if (!ceil) return Math.floor(last) + 1;
  const count = Math.ceil(last) + 1;
  // A window that would begin in the padding at the end is dropped.
  return (count - 1) * stride >= input + begin ? count - 1 : count;
}

function perAxis(
  name: string,
  list: readonly number[] | undefined,
  rank: number,
): readonly number[] {
  if (list === undefined) return new Array<number>(rank).fill(1);
  if (list.length !== rank)
    throw new StriateError(`${name} has ${list.length} numbers, the input ${rank} spatial axes`);
  return list;
}

/** The spatial axes of a tensor `[N, C, ...]`; null when its rank is unknown. */
export function spatialOf(shape: Dims): readonly Dim[] | null {
  if (shape === null) return null;
  if (shape.length < 3)
    throw new StriateError(
      `expected an input with batch, channels and at least one spatial axis, got rank ${shape.length}`,
    );
  return shape.slice(2);
}

/** The windows when all lengths are known; gradient rules have nothing else. */
export function concreteWindows(
  attributes: WindowAttributes,
  kernel: readonly number[],
  spatial: readonly number[],
): ConcreteWindow[] {
  return windowsOf(attributes, kernel, spatial) as ConcreteWindow[];
}

/** Attributes for a node with exactly these windows: no auto_pad, nothing left to default. */
export function windowAttributes(windows: readonly Window[]): {
  kernel_shape: number[];
  strides: number[];
  dilations: number[];
  pads: number[];
} {
  return {
    kernel_shape: windows.map((window) => window.kernel),
    strides: windows.map((window) => window.stride),
    dilations: windows.map((window) => window.dilation),
    pads: [...windows.map((window) => window.begin), ...windows.map((window) => window.end)],
  };
}

/**
 * What position `o` of a window covers: from `o stride - begin` on. While the length of the axis is
 * not known, SAME is taken to pad as it does where the stride divides the length.
 */
export function readsOfWindow(window: Window, auto_pad: string): Reads {
  const { stride, begin } = begun(window, auto_pad);
  return {
    first: Steps.linear(-begin, stride),
    last: Steps.linear(reach(window) - 1 - begin, stride),
  };
}

/**
 * The same for the window of the convolution that a transposed one is the transpose of: element `o` of
 * the output reads the positions whose window covers it.
 */
export function readsOfTransposed(window: Window, auto_pad: string): Reads {
  const { stride, begin } = begun(window, auto_pad);
  const read = (o: number): number[] =>
    Array.from(
      { length: checkedLength(window.kernel, "taps") },
      (_, tap) => o + begin - tap * window.dilation,
    )
      .filter((place) => place % stride === 0)
      .map((place) => place / stride);
  // No tap falls on an element between the windows: from the next one to the one before is nothing.
  const from = (o: number) => Math.min(smallest(read(o)), Math.ceil((o + begin) / stride));
  return {
    first: Steps.of(stride, 1, from),
    last: Steps.of(stride, 1, (o) => Math.max(largest(read(o)), from(o) - 1)),
  };
}

function begun(window: Window, auto_pad: string): Window {
  const isOpen = typeof window.input !== "number" && auto_pad.startsWith("SAME");
  if (!isOpen) return window;
  const total = Math.max(0, reach(window) - window.stride);
  const small = Math.floor(total / 2);
  return { ...window, begin: auto_pad === "SAME_UPPER" ? small : total - small };
}
