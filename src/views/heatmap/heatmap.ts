import type { Rectangle } from "../../base/affine.ts";
import { StriateError } from "../../base/errors.ts";
import { type Range, isSigned, symmetricRange } from "../../plot/range.ts";
import { type MapStatistics, mapStatistics } from "../map-statistics.ts";
import type { StackedPlane } from "./stacked-plane.ts";

/**
 * How much each place speaks for something: one plane of numbers over the network's input, at whatever
 * resolution it was made.
 */
export interface Heatmap extends StackedPlane {
  /** `height * width` values, row by row; not changed by whoever draws it. */
  readonly values: Float32Array;
  /** Heading of its cell: the method, `grad-cam`. */
  readonly title: string;
  /** Under the heading: target and layer, `dog, conv2d_3`. */
  readonly detail?: string;
  /** One line under the cell: what the check found. */
  readonly note?: string;
  /** A part of the network's input that is framed on the photo, in the input's pixels. */
  readonly frame?: Rectangle;
  /** The layer that it was made at; absent for one of pixels. */
  readonly layer?: string;
  /** Which of several photos it belongs to; 0 by default. */
  readonly photo?: number;
}

/** Sums signed values of several colours or channels to one plane. */
export type ChannelRule = "sum" | "absolute" | "largest";

/**
 * One plane out of `(height, width, channels)` values.
 *
 * @param rule `sum` keeps the sign; `absolute` is the largest absolute value over the channels, as in
 * Simonyan et al. 2013 (arXiv:1312.6034, section 3.1); `largest` the largest value
 */
export function planeOf(
  values: Float32Array,
  size: { readonly height: number; readonly width: number; readonly channels: number },
  rule: ChannelRule,
): Float32Array {
  const { height, width, channels } = size;
  if (values.length !== height * width * channels)
    throw new StriateError(
      `${height}x${width} places of ${channels} channels hold ${height * width * channels} values, got ${values.length}`,
    );
  const plane = new Float32Array(height * width);
  for (let i = 0, at = 0; i < plane.length; i++) {
    let found = rule === "sum" ? 0 : -Infinity;
    for (let c = 0; c < channels; c++, at++) {
      const value = rule === "absolute" ? Math.abs(values[at]!) : values[at]!;
      if (rule === "sum") found += value;
      else if (value > found || Number.isNaN(value)) found = value;
    }
    plane[i] = found;
  }
  return plane;
}

/** The numbers of one heatmap: range, state (dead, constant, not finite, live). */
export function heatmapStatistics({ values, height, width }: Heatmap): MapStatistics {
  return mapStatistics(values, { channels: 1, height, width })[0]!;
}

/**
 * The values between which colours are spread: all finite ones, or without the outermost `clip` percent
 * of their sizes, since a few pixels of a gradient dwarf all others. Zero stays the end or the middle.
 *
 * @returns undefined where nothing is finite
 */
export function heatmapRange(heatmap: Heatmap, clip = 0): Range | undefined {
  const { min, max } = heatmapStatistics(heatmap);
  if (!(min <= max)) return undefined;
  const whole = { low: Math.min(min, 0), high: Math.max(max, 0) };
  if (clip <= 0) return whole;
  const sizes = heatmap.values.filter(Number.isFinite).map(Math.abs).sort();
  const reach = sizes[Math.min(sizes.length - 1, Math.floor((sizes.length * (100 - clip)) / 100))]!;
  if (!(reach > 0)) return whole;
  return { low: Math.max(whole.low, -reach), high: Math.min(whole.high, reach) };
}

/** Whether values below zero matter: where all speak against something, their colours are those of signs too. */
export const hasSigns = (range: Range): boolean =>
  isSigned(range) || (range.low < 0 && range.high <= 0);

/** The range as its colours need it: zero in the middle where signs matter. */
export function colorRange(range: Range): Range {
  return hasSigns(range) ? symmetricRange(range) : range;
}
