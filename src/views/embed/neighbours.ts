import { StriateError } from "../../base/errors.ts";
import { float32 } from "../../base/tensor.ts";
import { float } from "../../graph/attributes.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Runtime } from "../../runtime/runtime.ts";

/** The nearest others of each vector, the nearest first: `count` for each row. */
export interface Neighbours {
  readonly count: number;
  readonly rows: Int32Array;
  /** Euclidean. */
  readonly distances: Float64Array;
}

/** Rows that are compared with all at once, at most, and the bytes of their distances. */
const [mostRows, tableBytes] = [256, 2 ** 26];

/**
 * The exact nearest neighbours. The engine finds them by `|a|² - 2 ab + |b|²`, a few more than are asked for, since
 * that loses digits where vectors are nearly equal; their distances are then computed anew, in doubles.
 *
 * @param vectors `(rows, width)`, row by row
 */
export async function nearestNeighbours(
  runtime: Runtime,
  vectors: Float32Array,
  width: number,
  count: number,
  throwIfStopped: () => void = () => undefined,
): Promise<Neighbours> {
  const all = vectors.length / width;
  const kept = Math.min(count, all - 1);
  if (kept < 1)
    throw new StriateError("of fewer than two photos none has a neighbour; give more photos");
  const spare = Math.min(all, kept + 1 + 8);
  // All threads: which ones are nearest does not depend on how the products are shared out.
  const session = await runtime.open(distanceGraph(spare));
  const found: Neighbours = {
    count: kept,
    rows: new Int32Array(all * kept),
    distances: new Float64Array(all * kept),
  };
  const block = Math.max(8, Math.min(mostRows, Math.floor(tableBytes / (4 * all))));
  const everyone = float32([all, width], vectors);
  try {
    for (let from = 0; from < all; from += block) {
      throwIfStopped();
      const to = Math.min(all, from + block);
      const some = float32([to - from, width], vectors.subarray(from * width, to * width));
      const results = await session.run({ some, all: everyone });
      const nearest = results[session.outputs[0]!]!.data as Int32Array;
      for (let row = from; row < to; row++) {
        const candidates = [...nearest.subarray((row - from) * spare, (row - from + 1) * spare)]
          .filter((other) => other !== row)
          .map((other) => ({ other, distance: distance(vectors, width, row, other) }))
          .sort((a, b) => a.distance - b.distance || a.other - b.other);
        for (let i = 0; i < kept; i++) {
          found.rows[row * kept + i] = candidates[i]!.other;
          found.distances[row * kept + i] = candidates[i]!.distance;
        }
      }
    }
  } finally {
    await session.release();
  }
  return found;
}

/** Whole numbers of the nearest `count` of `all` for each of `some`. */
function distanceGraph(count: number) {
  const b = new GraphBuilder();
  b.input("some", ["M", "D"]);
  b.input("all", ["N", "D"]);
  const squares = b.op("ReduceSumSquare", ["all", b.i64([1])], { keepdims: 0 });
  const apart = b.op("Gemm", ["some", "all", squares], { transB: 1, alpha: float(-2) });
  const [, nearest] = b.ops(
    "TopK",
    [apart, b.i64([count])],
    { largest: 0, axis: 1 },
    {
      outputCount: 2,
    },
  );
  b.op("Cast", [nearest!], { to: 6 }, { outputs: ["nearest"] });
  b.output("nearest", ["M", count], "int32");
  return b.graph;
}

export function distance(vectors: Float32Array, width: number, a: number, b: number): number {
  let sum = 0;
  for (let i = 0, p = a * width, q = b * width; i < width; i++, p++, q++)
    sum += (vectors[p]! - vectors[q]!) ** 2;
  return Math.sqrt(sum);
}
