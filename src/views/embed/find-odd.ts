import { type NeighbourTable, eachWithNeighbours } from "./neighbour-table.ts";
import { type VectorTable, blocksOf, meanOf, rowsOfBlock } from "./vector-table.ts";

/** Two photos that are nearly the same to the network. Rows of the vectors. */
export interface AlikePair {
  readonly a: number;
  readonly b: number;
  /** The cosine of their vectors less the mean of all. */
  readonly cosine: number;
}

/** Pairs of near-duplicates: how many there are, and the most alike of them, these first. */
export interface AlikePairs {
  readonly count: number;
  readonly pairs: readonly AlikePair[];
}

/** Pairs that are kept: of millions nobody looks at more. */
const mostPairs = 200_000;

/** Pairs of neighbours whose cosine is at least `from`. */
export function alikePairs(
  table: VectorTable,
  neighbours: NeighbourTable,
  from: number,
  most = mostPairs,
): AlikePairs {
  const mean = meanOf(table);
  const { count } = neighbours;
  let [found, pairs] = [0, [] as AlikePair[]];
  const ranked = () =>
    pairs.sort((p, q) => q.cosine - p.cosine || p.a - q.a || p.b - q.b).slice(0, most);
  for (const block of blocksOf(table)) {
    const near = neighbours.block(block.from, block.to).rows;
    // In the order of the others: where these lie on disk, they are read once for a block.
    const order = Uint32Array.from(near, (_, i) => i).sort((p, q) => near[p]! - near[q]!);
    let others: OtherBlock | undefined;
    for (const at of order) {
      const [row, other] = [block.from + Math.floor(at / count), near[at]!];
      if (others === undefined || other >= others.to) others = blockWith(table, neighbours, other);
      const place = other - others.from;
      const isKnown =
        row > other && others.near.subarray(place * count, (place + 1) * count).includes(row);
      if (isKnown) continue;
      const cosine = cosineOf(mean, block.data, row - block.from, others.data, place);
      if (cosine < from) continue;
      found++;
      pairs.push({ a: Math.min(row, other), b: Math.max(row, other), cosine });
      if (pairs.length === 2 * most) pairs = ranked();
    }
  }
  return { count: found, pairs: ranked() };
}

/** Some photos with their neighbours. */
interface OtherBlock {
  readonly from: number;
  readonly to: number;
  readonly data: Float32Array;
  readonly near: Int32Array;
}

function blockWith(table: VectorTable, neighbours: NeighbourTable, row: number): OtherBlock {
  const length = rowsOfBlock(table.width);
  const from = row - (row % length);
  const to = Math.min(table.rows, from + length);
  return { from, to, data: table.block(from, to), near: neighbours.block(from, to).rows };
}

/** Of a row of one block and a row of another, both less the mean. */
function cosineOf(
  mean: Float64Array,
  first: Float32Array,
  a: number,
  second: Float32Array,
  b: number,
): number {
  const { length: width } = mean;
  let [product, one, other] = [0, 0, 0];
  for (let i = 0; i < width; i++) {
    const x = Math.fround(first[a * width + i]! - mean[i]!);
    const y = Math.fround(second[b * width + i]! - mean[i]!);
    product += x * y;
    one += x * x;
    other += y * y;
  }
  if (one === 0 && other === 0) return 1;
  return one > 0 && other > 0 ? product / Math.sqrt(one * other) : 0;
}

/** How far each photo is from its neighbours: the mean distance. Those far from all are outliers. */
export function loneliness(table: NeighbourTable): Float64Array {
  const apart = new Float64Array(table.length); // bounded: by the photos
  for (const { row, distances } of eachWithNeighbours(table)) {
    let sum = 0;
    for (const distance of distances) sum += distance;
    apart[row] = sum / table.count;
  }
  return apart;
}

/** Numbers of the largest values, the largest first; of those that are as large the first. */
export function largestOf(values: Float64Array, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (found.length === count && !(count > 0 && values[i]! > values[found.at(-1)!]!)) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]!]! < values[i]!) at--;
    found.splice(at, 0, i);
    if (found.length > count) found.length = count;
  }
  return found;
}
