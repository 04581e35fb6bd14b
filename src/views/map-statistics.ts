import { StriateError } from "../base/errors.ts";
import type { Range } from "../plot/range.ts";

/**
 * What a map looks like as a whole: `dead` when every value is zero, `constant` when all of several
 * values are the same but not zero, `non-finite` when some value is NaN or infinite, else `live`.
 */
export type MapState = "live" | "dead" | "constant" | "non-finite";

/** The numbers of one map. Over its finite values; NaN where it has none. */
export interface MapStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation of the values as a whole population (division by n). */
  readonly std: number;
  /** Share of the values that are exactly zero, 0 to 1. */
  readonly zeros: number;
  readonly state: MapState;
  /** How many values are NaN. */
  readonly nan: number;
  /** How many values are plus or minus infinity. */
  readonly infinite: number;
}

/** Lengths of the axes of a stack of maps. */
export interface MapsSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Reckons the numbers of each map.
 *
 * @param maps `channels` planes of `height * width` values, one after the other; not changed
 * @returns one entry a map, in their order
 * @throws StriateError when `maps` has another length than the size says
 */
export function mapStatistics(maps: Float32Array, size: MapsSize): MapStatistics[] {
  checkSize(maps, size);
  const plane = size.height * size.width;
  return Array.from({ length: size.channels }, (_, c) => statisticsOf(maps, c * plane, plane));
}

/** Sums over the finite values of a map. */
interface Sums {
  min: number;
  max: number;
  zero: number;
  nan: number;
  infinite: number;
  // Deviations are summed from the first finite value on, which keeps small spreads about a large
  // mean exact; in doubles, no sum of float32 squares overflows.
  start: number;
  sum: number;
  squares: number;
}

/** Of a map whose values are all finite, as nearly every one's are; undefined of others. */
function finiteSums(values: Float32Array, from: number, count: number): Sums | undefined {
  let min = Infinity;
  let max = -Infinity;
  let zero = 0;
  let sum = 0;
  let squares = 0;
  const start = values[from] ?? NaN;
  const end = from + count;
  for (let i = from; i < end; i++) {
    const v = values[i]!;
    if (v < min) min = v;
    if (v > max) max = v;
    if (v === 0) zero++;
    const away = v - start;
    sum += away;
    squares += away * away;
  }
  // What is not finite would have made the sum so.
  return sum - sum === 0 ? { min, max, zero, nan: 0, infinite: 0, start, sum, squares } : undefined;
}

/** Of any map, value by value. */
function anySums(values: Float32Array, from: number, count: number): Sums {
  const sums = { min: Infinity, max: -Infinity, zero: 0, nan: 0, infinite: 0, start: NaN, sum: 0, squares: 0 }; // prettier-ignore
  for (const v of values.subarray(from, from + count)) {
    if (Number.isNaN(v)) sums.nan++;
    else if (!Number.isFinite(v)) sums.infinite++;
    else {
      if (Number.isNaN(sums.start)) sums.start = v;
      // Not Math.min, to which -0 is less than 0.
      if (v < sums.min) sums.min = v;
      if (v > sums.max) sums.max = v;
      if (v === 0) sums.zero++;
      sums.sum += v - sums.start;
      sums.squares += (v - sums.start) ** 2;
    }
  }
  return sums;
}

function statisticsOf(values: Float32Array, from: number, count: number): MapStatistics {
  const sums = finiteSums(values, from, count) ?? anySums(values, from, count);
  const { min, max, zero, nan, infinite, start, sum, squares } = sums;
  const finite = count - nan - infinite;
  const same = min === max;
  const state =
    finite < count
      ? "non-finite"
      : same && min === 0
        ? "dead"
        : same && count > 1
          ? "constant"
          : "live";
  return {
    min: finite > 0 ? min : NaN,
    max: finite > 0 ? max : NaN,
    mean: start + sum / finite,
    std: finite > 0 ? Math.sqrt(Math.max(0, squares - (sum * sum) / finite) / finite) : NaN,
    zeros: count > 0 ? zero / count : 0,
    state,
    nan,
    infinite,
  };
}

/** From the lowest to the highest finite value of a map; `undefined` when it has none. */
export function rangeOf({ min, max }: MapStatistics): Range | undefined {
  return min <= max ? { low: min, high: max } : undefined;
}

/**
 * The maps of one photo as planes, whatever order the values are in.
 *
 * @param strides elements from one channel, row and column to the next: `[1, W*C, C]` for NHWC,
 *   `[H*W, W, 1]` for NCHW
 * @param offset element of the first value: `i * H*W*C` for photo `i` of a batch
 * @returns a copy; for planes that are planes already, a view of the same memory
 * @throws StriateError when the strides lead outside `values`
 */
export function toPlanes(
  values: Float32Array,
  size: MapsSize,
  strides: readonly [channel: number, row: number, column: number],
  offset = 0,
): Float32Array {
  const { channels, height, width } = size;
  const [channel, row, column] = strides;
  const total = channels * height * width;
  const last = offset + (channels - 1) * channel + (height - 1) * row + (width - 1) * column;
  if (total > 0 && !(last < values.length))
    throw new StriateError(
      `${channels} maps of ${height}x${width} need ${last + 1} values, got ${values.length}`,
    );
  if (column === 1 && row === width && channel === height * width)
    return values.subarray(offset, offset + total);
  const planes = new Float32Array(total);
  let to = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      let at = offset + c * channel + y * row;
      for (let x = 0; x < width; x++, at += column) planes[to++] = values[at]!;
    }
  return planes;
}

/** Throws unless `maps` holds as many values as the size says. */
export function checkSize(maps: Float32Array, { channels, height, width }: MapsSize): void {
  if (maps.length !== channels * height * width)
    throw new StriateError(
      `${channels} maps of ${height}x${width} hold ${channels * height * width} values, got ${maps.length}`,
    );
}
