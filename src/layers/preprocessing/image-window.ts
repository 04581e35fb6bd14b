import type { GraphBuilder } from "../../graph/builder.ts";
import { type Interpolation, resize } from "../reshaping/resize.ts";

/** Cuts the window `[top, left]` of the given size out of `(N, C, H, W)`. */
export function cropWindow(
  b: GraphBuilder,
  x: string,
  [top, left]: readonly [number, number],
  [height, width]: readonly [number, number],
): string {
  const ends = [top + height, left + width];
  return b.op("Slice", [x, b.i64([top, left]), b.i64(ends), b.i64([2, 3])]);
}

/**
 * The largest window in the middle of a picture that has the wanted proportions.
 *
 * Source: `smart_resize`, https://keras.io/api/data_loading/image/#smartresize-function
 */
export function proportionalWindow(
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): { start: [number, number]; size: [number, number] } {
  const fitted = (length: number, wanted: number) =>
    Math.max(1, Math.min(length, Math.trunc(wanted)));
  const size: [number, number] = [
    fitted(height, (width * rows) / columns),
    fitted(width, (height * columns) / rows),
  ];
  return {
    size,
    start: [Math.trunc((height - size[0]) / 2), Math.trunc((width - size[1]) / 2)],
  };
}

/** Crops to the wanted proportions, then resizes. */
export function smartResize(
  b: GraphBuilder,
  x: string,
  from: readonly [number, number],
  to: readonly [number, number],
  interpolation: Interpolation = "bilinear",
  antialias = false,
): string {
  const { start, size } = proportionalWindow(from, to);
  const cropped = cropWindow(b, x, start, size);
  return resize(b, cropped, size, { size: to }, interpolation, antialias);
}
