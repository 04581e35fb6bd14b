import { dot } from "../../../base/dot.ts";

/** Weights of the eight neighbours of a place: those beside it count twice as much as those at its corners. */
const weightOf = (down: number, across: number): number =>
  down === 0 || across === 0 ? 1 / 6 : 1 / 12;
/** The four that come before a place, row by row; the other four are these the other way round. */
const before = [
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
].map(([down, across]) => ({
  down: down!,
  across: across!,
  weight: weightOf(down!, across!),
}));
const neighbours = before.flatMap(({ down, across, weight }) => [
  { down, across, weight },
  { down: -down, across: -across, weight },
]);

/** Rounds of conjugate gradients at most, and how small the rest has to be. */
const mostRounds = 2000;
const tolerance = 1e-7;

/** How much of what the preconditioner leaves out is added to its diagonal (Gustafsson 1978). */
const modified = 0.97;

/**
 * Fills places of planes so that each is the weighted mean of its neighbours, filled ones too: what is
 * left shows no edge where something was taken out. At the border the weights that are there count.
 *
 * The equations are symmetric and positive definite as long as one place is kept, the same for all planes,
 * and are solved by conjugate gradients with a modified incomplete factorisation.
 *
 * Source: Rong, Leemann, Borisov, Kasneci, Kasneci 2022, arXiv:2202.00449, section 4.2 (noisy linear
 * imputation, without its noise); Gustafsson 1978, A class of first order factorization methods (MIC).
 *
 * @param removed 1 where a place is to be filled; not all of them
 */
export function imputeLinear(
  planes: readonly Float64Array[],
  removed: Uint8Array,
  height: number,
  width: number,
): Float64Array[] {
  const unknown = Uint32Array.from(removed.keys()).filter((place) => removed[place] !== 0);
  if (unknown.length === removed.length)
    return planes.map((plane) => new Float64Array(plane.length));
  const equations = equationsOf(unknown, removed, height, width);
  return planes.map((plane) => {
    const right = new Float64Array(unknown.length);
    for (const { row, place, weight } of equations.known) right[row]! += weight * plane[place]!;
    const values = solve(equations, right);
    const filled = plane.slice();
    unknown.forEach((place, row) => (filled[place] = values[row]!));
    return filled;
  });
}

interface Equations {
  /** The sum of the weights that each unknown has. */
  readonly sums: Float64Array;
  /** For each unknown the rows of its neighbours before it, -1 where there is none: four each. */
  readonly links: Int32Array;
  /** The diagonal of the factorisation. */
  readonly pivots: Float64Array;
  readonly known: readonly { row: number; place: number; weight: number }[];
}

function equationsOf(
  unknown: Uint32Array,
  removed: Uint8Array,
  height: number,
  width: number,
): Equations {
  const rowOf = new Int32Array(removed.length).fill(-1);
  unknown.forEach((place, row) => (rowOf[place] = row));
  const sums = new Float64Array(unknown.length);
  const links = new Int32Array(4 * unknown.length).fill(-1);
  const known: { row: number; place: number; weight: number }[] = [];
  const inside = (y: number, x: number) => y >= 0 && y < height && x >= 0 && x < width;
  unknown.forEach((place, row) => {
    const [y, x] = [Math.floor(place / width), place % width];
    for (const { down, across, weight } of neighbours) {
      if (!inside(y + down, x + across)) continue;
      sums[row]! += weight;
      const other = place + down * width + across;
      if (!removed[other]) known.push({ row, place: other, weight });
    }
    before.forEach(({ down, across }, k) => {
      if (inside(y + down, x + across)) links[4 * row + k] = rowOf[place + down * width + across]!;
    });
  });
  return { sums, links, known, pivots: pivotsOf(sums, links) };
}

/** The pivots of (D + L) D^-1 (D + L'), whose rows add up nearly to those of the equations. */
function pivotsOf(sums: Float64Array, links: Int32Array): Float64Array {
  const later = new Float64Array(sums.length);
  for (let at = 0; at < links.length; at++)
    if (links[at]! >= 0) later[links[at]!]! += before[at & 3]!.weight;
  const pivots = sums.slice();
  for (let i = 0; i < sums.length; i++) {
    for (let k = 0; k < 4; k++) {
      const j = links[4 * i + k]!;
      if (j < 0) continue;
      const { weight } = before[k]!;
      pivots[i]! -= (weight / pivots[j]!) * (weight + modified * (later[j]! - weight));
    }
    // A pivot that nearly vanishes would make the steps long and wrong.
    if (pivots[i]! < 0.25 * sums[i]!) pivots[i] = sums[i]!;
  }
  return pivots;
}

const weights = Float64Array.from(before, ({ weight }) => weight);

/** Conjugate gradients, preconditioned by the factorisation. */
function solve(equations: Equations, right: Float64Array): Float64Array {
  const count = right.length;
  const x = new Float64Array(count);
  const rest = right.slice();
  const [lifted, moved] = [new Float64Array(count), new Float64Array(count)];
  lift(equations, rest, lifted);
  const direction = lifted.slice();
  let size = dot(rest, lifted);
  const enough = tolerance ** 2 * Math.max(dot(right, right), 1e-30);
  for (let round = 0; round < mostRounds && dot(rest, rest) > enough; round++) {
    multiply(equations, direction, moved);
    const step = size / dot(direction, moved);
    for (let i = 0; i < count; i++) {
      x[i]! += step * direction[i]!;
      rest[i]! -= step * moved[i]!;
    }
    lift(equations, rest, lifted);
    const next = dot(rest, lifted);
    const share = next / size;
    for (let i = 0; i < count; i++) direction[i] = lifted[i]! + share * direction[i]!;
    size = next;
  }
  return x;
}

/** The equations times a vector. */
function multiply({ sums, links }: Equations, v: Float64Array, out: Float64Array): void {
  for (let i = 0; i < v.length; i++) out[i] = sums[i]! * v[i]!;
  for (let i = 0, at = 0; i < v.length; i++)
    for (let k = 0; k < 4; k++, at++) {
      const j = links[at]!;
      if (j < 0) continue;
      out[i]! -= weights[k]! * v[j]!;
      out[j]! -= weights[k]! * v[i]!;
    }
}

/** Solves the factorisation: forward, then back. */
function lift({ links, pivots }: Equations, v: Float64Array, out: Float64Array): void {
  for (let i = 0, at = 0; i < v.length; i++) {
    let sum = v[i]!;
    for (let k = 0; k < 4; k++, at++) if (links[at]! >= 0) sum += weights[k]! * out[links[at]!]!;
    out[i] = sum / pivots[i]!;
  }
  // What later places add is gathered as these are done.
  for (let i = v.length - 1; i >= 0; i--)
    for (let k = 0; k < 4; k++) {
      const j = links[4 * i + k]!;
      if (j >= 0) out[j]! += (weights[k]! * out[i]!) / pivots[j]!;
    }
}
