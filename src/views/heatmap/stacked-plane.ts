import { resizeBilinear } from "../../data/pictures/resize.ts";

/** Rows and columns; a line has one row, a volume its slices one under the other. */
export interface StackedPlane {
  /** Of a volume the rows of all its slices. */
  readonly height: number;
  readonly width: number;
  /** Of a volume how many slices there are. */
  readonly slices?: number;
}

/** Places, without batch and channels, as one plane. */
export function stackedPlane(places: readonly number[]): StackedPlane {
  const width = places.at(-1) ?? 1;
  const height = places.slice(0, -1).reduce((product, length) => product * length, 1);
  const slices = places.slice(0, -2).reduce((product, length) => product * length, 1);
  return { height, width, ...(places.length > 2 && { slices }) };
}

/** Rows and columns of a plane; slices, rows and columns of a volume. */
export const placesOfPlane = ({ height, width, slices }: StackedPlane): number[] =>
  slices === undefined ? [height, width] : [slices, height / slices, width];

/**
 * The values at another size, bilinear with half-pixel centres and clamped edges; of a volume along its
 * slices too. A plane without slices holds for each slice.
 */
export function resizedPlane(
  values: Float32Array,
  from: StackedPlane,
  to: StackedPlane,
): Float32Array {
  const [before, after] = [from.slices ?? 1, to.slices ?? 1];
  const rows = from.height / before;
  const size = [to.height / after, to.width] as const;
  const own = rows * from.width;
  const each = size[0] * size[1];
  // bounded: the places of the map and of the input
  const planes = new Float32Array(before * each);
  for (let slice = 0; slice < before; slice++) {
    const data = values.subarray(slice * own, (slice + 1) * own);
    const plane = { data, height: rows, width: from.width, channels: 1 };
    resizeBilinear(plane, size, planes.subarray(slice * each, (slice + 1) * each));
  }
  if (before === after) return planes;
  // bounded: the places of the input
  const all = new Float32Array(after * each);
  const stack = { data: planes, height: before, width: each, channels: 1 };
  return resizeBilinear(stack, [after, each], all);
}
