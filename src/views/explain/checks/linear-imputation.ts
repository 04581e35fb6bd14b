import { dot } from "../../../base/dot.ts";
/** Weights of the eight neighbours of a place: those beside it count twice as much as those at its corners. */
const neighbours = [-1, 0, 1].flatMap((down) =>
  [-1, 0, 1].flatMap((across) =>
    down === 0 && across === 0
      ? []
      : [{ down, across, weight: down === 0 || across === 0 ? 1 / 6 : 1 / 12 }],
  ),
);

/** Rounds of conjugate gradients at most, and how small the rest has to be. */
const mostRounds = 2000;
const tolerance = 1e-7;

/**
 * Fills places of a plane so that each is the weighted mean of its neighbours, filled ones too: what is
 * left shows no edge where something was taken out. At the border the weights that are there count.
 *
 * The equations are symmetric and positive definite as long as one place is kept, and are solved by
 * conjugate gradients.
 *
 * Source: Rong, Leemann, Borisov, Kasneci, Kasneci 2022, arXiv:2202.00449, section 4.2 (noisy linear
 * imputation, without its noise).
 *
 * @param removed 1 where a place is to be filled; not all of them
 */
export function imputeLinear(
  plane: Float64Array,
  removed: Uint8Array,
  height: number,
  width: number,
): Float64Array {
  const unknown = Array.from(removed.keys()).filter((place) => removed[place]);
  if (unknown.length === removed.length) return new Float64Array(plane.length);
  const links = linksOf(unknown, removed, height, width);
  const right = new Float64Array(unknown.length);
  for (const { row, place, weight } of links.known) right[row]! += weight * plane[place]!;
  const values = solve(links, right, unknown.length);
  const filled = plane.slice();
  unknown.forEach((place, row) => (filled[place] = values[row]!));
  return filled;
}

interface Links {
  /** The sum of the weights that each unknown has. */
  readonly sums: Float64Array;
  /** Between unknowns, three numbers each: row, column, and the weight. */
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly weights: Float64Array;
  readonly known: readonly { row: number; place: number; weight: number }[];
}

function linksOf(
  unknown: readonly number[],
  removed: Uint8Array,
  height: number,
  width: number,
): Links {
  const rowOf = new Map(unknown.map((place, row) => [place, row]));
  const sums = new Float64Array(unknown.length);
  const [rows, columns, weights]: [number[], number[], number[]] = [[], [], []];
  const known: { row: number; place: number; weight: number }[] = [];
  unknown.forEach((place, row) => {
    const [y, x] = [Math.floor(place / width), place % width];
    for (const { down, across, weight } of neighbours) {
      if (y + down < 0 || y + down >= height || x + across < 0 || x + across >= width) continue;
      sums[row]! += weight;
      const other = place + down * width + across;
      if (!removed[other]) {
        known.push({ row, place: other, weight });
        continue;
      }
      rows.push(row);
      columns.push(rowOf.get(other)!);
      weights.push(weight);
    }
  });
  return {
    sums,
    rows: Uint32Array.from(rows),
    columns: Uint32Array.from(columns),
    weights: Float64Array.from(weights),
    known,
  };
}

/** Conjugate gradients, preconditioned by the diagonal. */
function solve({ sums, rows, columns, weights }: Links, right: Float64Array, count: number) {
  const times = (v: Float64Array): Float64Array => {
    const out = v.map((value, i) => sums[i]! * value);
    for (let k = 0; k < rows.length; k++) out[rows[k]!]! -= weights[k]! * v[columns[k]!]!;
    return out;
  };
  const x = new Float64Array(count);
  const rest = right.slice();
  let lifted = rest.map((value, i) => value / sums[i]!);
  let direction = lifted.slice();
  let size = dot(rest, lifted);
  const enough = tolerance ** 2 * Math.max(dot(right, right), 1e-30);
  for (let round = 0; round < mostRounds && dot(rest, rest) > enough; round++) {
    const moved = times(direction);
    const step = size / dot(direction, moved);
    for (let i = 0; i < count; i++) {
      x[i]! += step * direction[i]!;
      rest[i]! -= step * moved[i]!;
    }
    lifted = rest.map((value, i) => value / sums[i]!);
    const next = dot(rest, lifted);
    direction = direction.map((value, i) => lifted[i]! + (next / size) * value);
    size = next;
  }
  return x;
}
