import { largest } from "../../base/extremes.ts";

/**
 * The root of the covariance of red, green and blue in ImageNet's photos, divided by the largest length of
 * its columns: colours of their own (brightness, blue to orange, green to purple) become red, green, blue.
 *
 * Source: lucid, `optvis/param/color.py`, `color_correlation_svd_sqrt` (Apache 2.0); the method is that of
 * Olah, Mordvintsev, Schubert 2017, Feature Visualization, Distill.
 */
const root = [
  [0.26, 0.09, 0.02],
  [0.27, 0.0, -0.05],
  [0.27, -0.09, 0.03],
] as const;
// bounded: three colours
const longest = largest([0, 1, 2].map((i) => Math.hypot(...root.map((row) => row[i]!))));

/** Turns planes of uncorrelated colours into red, green and blue, in place; other than three stay. */
export function correlated(planes: Float64Array, channels: number, bgr: boolean): void {
  mix(planes, channels, bgr, (from, to) => root[to]![from]! / longest, false);
}

/** The adjoint of {@link correlated}: what a gradient by red, green and blue is by uncorrelated colours. */
export function decorrelated(planes: Float64Array, channels: number, bgr: boolean): void {
  mix(planes, channels, bgr, (from, to) => root[from]![to]! / longest, true);
}

/** @param back whether the planes come in the network's order of colours, and not go out in it */
function mix(
  planes: Float64Array,
  channels: number,
  bgr: boolean,
  weight: (from: number, to: number) => number,
  back: boolean,
): void {
  if (channels !== 3) return;
  const size = planes.length / 3;
  const turned = (c: number) => (bgr ? 2 - c : c);
  const weights = [0, 1, 2].map((to) =>
    [0, 1, 2].map((from) => (back ? weight(turned(from), to) : weight(from, turned(to)))),
  );
  const values = [0, 0, 0];
  for (let i = 0; i < size; i++) {
    for (let to = 0; to < 3; to++) {
      const row = weights[to]!;
      values[to] =
        row[0]! * planes[i]! + row[1]! * planes[size + i]! + row[2]! * planes[2 * size + i]!;
    }
    for (let c = 0; c < 3; c++) planes[c * size + i] = values[c]!;
  }
}
