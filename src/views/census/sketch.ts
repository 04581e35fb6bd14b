/**
 * The distribution of float32 numbers as counts of cells. A cell is what the sign, the exponent and the first
 * bits of the fraction leave open, so that its middle is within `sketchError` of every number in it. Two
 * sketches are put together by adding counts: exactly, in any order.
 *
 * The idea is that of HdrHistogram and DDSketch (Masson, Rim, Lee 2019, arXiv:1908.10693), with cells that can
 * be read off a float.
 */
export interface Sketch {
  /** Numbers of the cells that are not empty, in rising order. */
  readonly cells: Int32Array;
  readonly counts: Uint32Array;
}

/** Numbers whose size is below 2^-32 count as zero, those above 2^32 as just below it. */
const octaves = 64;
const lowest = 127 - octaves / 2;

/** How far a number may be from the middle of its cell: this share of it, and 2^-32 besides. */
export const sketchError = (bits: number): number => 2 ** -(bits + 1);

/** The most cells that a sketch can have. */
export const cellsWithin = (bits: number): number => 2 * octaves * 2 ** bits + 1;

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The cell of a number. @param bits of the fraction that tell cells apart */
export function cellOf(value: number, bits: number): number {
  float[0] = value;
  const size = word[0]! & 0x7fffffff;
  const cell = (size >>> (23 - bits)) - (lowest << bits);
  if (cell < 0) return 0;
  const capped = Math.min(cell, (octaves << bits) - 1) + 1;
  return value < 0 ? -capped : capped;
}

/** The cell in which a cell lies where some bits fewer tell cells apart. */
export const coarserCell = (cell: number, fewer: number): number =>
  Math.sign(cell) * (((Math.abs(cell) - 1) >> fewer) + 1);

/** The middle of a cell. */
export function middleOf(cell: number, bits: number): number {
  if (cell === 0) return 0;
  const size = Math.abs(cell);
  const middle = (edgeOf(size - 1, bits) + edgeOf(size, bits)) / 2;
  return cell < 0 ? -middle : middle;
}

function edgeOf(number: number, bits: number): number {
  word[0] = (number + (lowest << bits)) << (23 - bits);
  return float[0]!;
}

/** The sketch of numbers in rising order. */
export function sketchOf(sorted: Float32Array, bits: number): Sketch {
  const cells: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    const cell = cellOf(value, bits);
    if (cells.at(-1) === cell) counts[counts.length - 1]!++;
    else {
      cells.push(cell);
      counts.push(1);
    }
  }
  return { cells: Int32Array.from(cells), counts: Uint32Array.from(counts) };
}

export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  const room = a.cells.length + b.cells.length;
  // bounded: by what is there
  const [cells, counts] = [new Int32Array(room), new Uint32Array(room)];
  let [i, k, filled] = [0, 0, 0];
  while (i < a.cells.length || k < b.cells.length) {
    const one = i < a.cells.length ? a.cells[i]! : Infinity;
    const other = k < b.cells.length ? b.cells[k]! : Infinity;
    let count = 0;
    if (one <= other) count += a.counts[i++]!;
    if (other <= one) count += b.counts[k++]!;
    cells[filled] = Math.min(one, other);
    counts[filled++] = count;
  }
  return { cells: cells.subarray(0, filled), counts: counts.subarray(0, filled) };
}

/** All of them as one: neighbours first, so that each number is copied few times. */
export function mergeAllSketches(sketches: readonly Sketch[]): Sketch {
  let merged = sketches;
  while (merged.length > 1)
    merged = Array.from({ length: Math.ceil(merged.length / 2) }, (_, i) => {
      const [one, other] = [merged[2 * i]!, merged[2 * i + 1]];
      return other ? mergeSketches(one, other) : one;
    });
  return merged[0] ?? { cells: new Int32Array(0), counts: new Uint32Array(0) };
}

function totalOf({ counts }: Sketch): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

/**
 * Quantiles as `np.quantile` has them: between two numbers by their distance. Each is within
 * `sketchError` of what the numbers themselves would give, as a share of the larger of the two.
 *
 * @param shares in rising order, 0 to 1
 * @returns null where there are no numbers
 */
export function quantiles(
  sketch: Sketch,
  bits: number,
  shares: readonly number[],
): (number | null)[] {
  const total = totalOf(sketch);
  if (total === 0) return shares.map(() => null);
  const { cells, counts } = sketch;
  // Shares rise, and so do the ranks: one walk over the cells.
  let [cell, upTo] = [0, counts[0]!];
  const last = cells.length - 1;
  return shares.map((share) => {
    const at = share * (total - 1);
    const rank = Math.floor(at);
    while (rank >= upTo && cell < last) upTo += counts[++cell]!;
    const low = middleOf(cells[cell]!, bits);
    if (at === rank || rank + 1 < upTo || cell === last) return low;
    return low + (middleOf(cells[cell + 1]!, bits) - low) * (at - rank);
  });
}

/**
 * The area under the ROC curve: how likely a number of `one` is larger than one of `other`, ties counted half.
 * Numbers of one cell are ties.
 */
export function areaUnderRoc(one: Sketch, other: Sketch): number | null {
  const pairs = totalOf(one) * totalOf(other);
  if (pairs === 0) return null;
  let [won, below, k] = [0, 0, 0];
  for (let i = 0; i < one.cells.length; i++) {
    const cell = one.cells[i]!;
    while (k < other.cells.length && other.cells[k]! < cell) below += other.counts[k++]!;
    const ties = other.cells[k] === cell ? other.counts[k]! : 0;
    won += one.counts[i]! * (below + ties / 2);
  }
  return won / pairs;
}

/**
 * The same for each of some parts, against all the others together.
 *
 * @param whole all parts as one: it is gone through once, however many parts there are
 */
export function areasAgainstOthers(parts: readonly Sketch[], whole: Sketch): (number | null)[] {
  const below = new Float64Array(whole.cells.length); // bounded: by what is there
  for (let i = 1; i < below.length; i++) below[i] = below[i - 1]! + whole.counts[i - 1]!;
  const total = totalOf(whole);
  return parts.map((part) => {
    const count = totalOf(part);
    const pairs = count * (total - count);
    if (pairs === 0) return null;
    let [won, ownBelow] = [0, 0];
    for (let i = 0; i < part.cells.length; i++) {
      const [own, at] = [part.counts[i]!, placeOf(part.cells[i]!, whole.cells)];
      won += own * (below[at]! - ownBelow + (whole.counts[at]! - own) / 2);
      ownBelow += own;
    }
    return won / pairs;
  });
}

/** Where a cell is among cells in rising order, which have it. */
function placeOf(cell: number, cells: Int32Array): number {
  let [low, high] = [0, cells.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cells[middle]! < cell) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * An interval that holds the true area in 95 of 100 samples.
 *
 * Source: Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143, 1982.
 */
export function areaInterval(area: number, ones: number, others: number): [number, number] {
  const [q1, q2] = [area / (2 - area), (2 * area * area) / (1 + area)];
  const square = area * area;
  const variance =
    (area * (1 - area) + (ones - 1) * (q1 - square) + (others - 1) * (q2 - square)) /
    (ones * others);
  const reach = 1.96 * Math.sqrt(Math.max(0, variance));
  return [Math.max(0, area - reach), Math.min(1, area + reach)];
}

/** Counts in cells of one width from the lowest to the highest number. */
export function histogram(
  { cells, counts: found }: Sketch,
  bits: number,
  count: number,
): { edges: Float64Array; counts: Int32Array } {
  const edges = new Float64Array(count + 1); // bounded: by who calls
  const counts = new Int32Array(count); // bounded: likewise
  if (cells.length === 0) return { edges, counts };
  const low = middleOf(cells[0]!, bits);
  const width = (middleOf(cells.at(-1)!, bits) - low) / count;
  for (let i = 0; i < cells.length; i++) {
    const at = width > 0 ? Math.floor((middleOf(cells[i]!, bits) - low) / width) : 0;
    counts[Math.min(count - 1, at)]! += found[i]!;
  }
  for (let i = 0; i <= count; i++) edges[i] = low + i * width;
  return { edges, counts };
}
