import type { Neighbours } from "./neighbours.ts";

/** Pairs of photos that pull each other, sorted by `tail`, then by `head`; each pair stands there both ways. */
export interface FuzzyGraph {
  readonly vertices: number;
  readonly tail: Int32Array;
  readonly head: Int32Array;
  /** How surely the two are neighbours: above 0, at most 1. */
  readonly weights: Float64Array;
}

/**
 * UMAP's fuzzy simplicial set: how surely each photo is a neighbour of each other, by its own measure of near and far.
 *
 * Source: McInnes, Healy, Melville 2018, arXiv:1802.03426, algorithms 2 and 3; sums in the order of umap-js.
 *
 * @param near neighbours of each photo that count: the first of those that are known
 */
export function fuzzyGraph(neighbours: Neighbours, near: number): FuzzyGraph {
  const { rows, count } = neighbours;
  const vertices = rows.length / count;
  const own = memberships(neighbours, near);
  const incoming = transposed(neighbours, near);
  // bounded: at most two for each place in the table of neighbours; what is not written to takes no memory
  const [tail, head] = [new Int32Array(2 * own.length), new Int32Array(2 * own.length)];
  const weights = new Float64Array(2 * own.length); // bounded: as these
  let edges = 0;
  /** Of the row at hand, by the other photo. */
  const known = new Float64Array(vertices).fill(NaN);
  for (let row = 0; row < vertices; row++) {
    const [from, to] = [incoming.starts[row]!, incoming.starts[row + 1]!];
    // bounded: by the photos and the neighbours that are asked for
    const others = new Int32Array(near + to - from);
    let found = 0;
    for (let i = 0; i < near; i++) {
      const other = rows[row * count + i]!;
      known[other] = own[row * near + i]!;
      others[found++] = other;
    }
    for (let at = from; at < to; at++) {
      const edge = incoming.edges[at]!;
      const other = Math.floor(edge / near);
      const [here, there] = [known[other]!, own[edge]!];
      // Either of the two is enough: a + b - ab.
      known[other] = Number.isNaN(here) ? there : here + there - here * there;
      if (Number.isNaN(here)) others[found++] = other;
    }
    for (const other of others.subarray(0, found).sort()) {
      tail[edges] = row;
      head[edges] = other;
      weights[edges++] = known[other]!;
      known[other] = NaN;
    }
  }
  return {
    vertices,
    tail: tail.subarray(0, edges),
    head: head.subarray(0, edges),
    weights: weights.subarray(0, edges),
  };
}

/** The edges that come to each photo: numbers of `row * near + rank`, from `starts[photo]` on. */
function transposed({ rows, count }: Neighbours, near: number) {
  const vertices = rows.length / count;
  const starts = new Uint32Array(vertices + 1);
  for (let row = 0; row < vertices; row++)
    for (let i = 0; i < near; i++) starts[rows[row * count + i]! + 1]!++;
  for (let i = 0; i < vertices; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  // bounded: as large as the table of neighbours
  const edges = new Uint32Array(vertices * near);
  for (let row = 0; row < vertices; row++)
    for (let i = 0; i < near; i++) edges[next[rows[row * count + i]!]!++] = row * near + i;
  return { starts, edges };
}

const [rounds, tolerance, smallestScale] = [64, 1e-5, 1e-3];

/** How surely each neighbour is one, by row and rank: the nearest surely, all together log2(near + 1) of them. */
export function memberships({ rows, distances, count }: Neighbours, near: number): Float64Array {
  const vertices = rows.length / count;
  const target = Math.log(near + 1) / Math.log(2);
  const means = new Float64Array(vertices);
  for (let row = 0; row < vertices; row++) {
    // The photo itself counts as its nearest.
    let sum = 0;
    for (let i = 0; i < near; i++) sum += distances[row * count + i]!;
    means[row] = sum / (near + 1);
  }
  const mean = means.reduce((sum, each) => sum + each, 0) / vertices;
  // bounded: as large as the table of neighbours
  const own = new Float64Array(vertices * near);
  for (let row = 0; row < vertices; row++) {
    const apart = distances.subarray(row * count, row * count + near);
    const nearest = apart.find((distance) => distance > 0) ?? 0;
    const least = smallestScale * (nearest > 0 ? means[row]! : mean);
    const scale = Math.max(scaleOf(apart, nearest, target), least);
    for (let i = 0; i < near; i++) {
      const beyond = apart[i]! - nearest;
      own[row * near + i] = beyond <= 0 ? 1 : Math.exp(-(beyond / scale));
    }
  }
  return own;
}

/** The scale at which the memberships sum up to the target, by bisection. */
function scaleOf(apart: Float64Array, nearest: number, target: number): number {
  let [low, high, scale] = [0, Infinity, 1];
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    for (const distance of apart) {
      const beyond = distance - nearest;
      sum += beyond > 0 ? Math.exp(-(beyond / scale)) : 1;
    }
    if (Math.abs(sum - target) < tolerance) break;
    if (sum > target) high = scale;
    else low = scale;
    scale = high === Infinity ? 2 * scale : (low + high) / 2;
  }
  return scale;
}
