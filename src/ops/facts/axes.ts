import { normalizeAxis } from "../../base/shape.ts";

/** The axes of a tensor `[N, C, ...]` without the channels': what one channel is summed over. */
export const allButChannels = (rank: number): number[] =>
  Array.from({ length: rank - 1 }, (_, i) => (i === 0 ? 0 : i + 1));

/** The axes of space of a tensor `[N, C, ...]`. */
export const spatialAxes = (rank: number): number[] =>
  Array.from({ length: rank - 2 }, (_, i) => i + 2);

/** `axes` counted from the front; all axes where none are given. */
export function normalizeAxes(axes: readonly number[] | undefined, rank: number): number[] {
  return axes
    ? axes.map((axis) => normalizeAxis(axis, rank))
    : Array.from({ length: rank }, (_, axis) => axis);
}
