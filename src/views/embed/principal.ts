import { dot } from "../../base/dot.ts";
import { orthonormalise } from "../orthonormal.ts";
import { float32 } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { type VectorTable, blocksOf, meanOf } from "./vector-table.ts";

/** The directions in which vectors differ most. */
export interface Principal {
  readonly count: number;
  /** `(rows, count)`: where each vector lies along them. */
  readonly scores: Float32Array;
  /** What share of all variance lies along each. */
  readonly shares: readonly number[];
}

const rounds = 60;
/** Rows that the engine multiplies at once. */
const block = 4096;

/**
 * Principal components, by orthogonal iteration: the engine multiplies the vectors with a few directions and back,
 * here they are made orthogonal. The sign is such that the largest loading of each is positive. Rows are taken block
 * by block: what the engine makes of them takes no more memory for more photos.
 *
 * Source: Golub, Van Loan, Matrix Computations, 8.2.4.
 */
export async function principalComponents(
  runtime: Runtime,
  table: VectorTable,
  wanted: number,
  throwIfStopped: () => void = () => undefined,
): Promise<Principal> {
  const { rows, width } = table;
  const count = Math.min(wanted, width, Math.max(1, rows - 1));
  const mean = meanOf(table);
  const total = varianceOf(table, mean);
  // A few directions more than are wanted: they make the wanted ones settle sooner.
  const basis = Math.min(width, count + 6);
  let directions: Float64Array[] = Array.from({ length: basis }, (_, j) =>
    Float64Array.from({ length: width }, (_, i) => Math.cos((i + 0.5) * (j + 1) * 1.7)),
  );
  const session = await runtime.open(projectionGraph(), { threads: 1 });
  const middle = float32([width], Float32Array.from(mean));
  /** What the engine makes of each block. */
  async function* projected() {
    const v = float32([width, basis], interleaved(directions));
    for (const { from, to, data } of blocksOf(table, block)) {
      throwIfStopped();
      const x = float32([to - from, width], data);
      const { scores, back } = await session.run({ x, mean: middle, v });
      yield { from, scores: scores!.data as Float32Array, back: back!.data as Float32Array };
    }
  }
  try {
    let before = new Float64Array(basis);
    for (let round = 0; ; round++) {
      orthonormalise(directions);
      const images = Array.from({ length: basis }, () => new Float64Array(width));
      for await (const { back } of projected()) addColumns(images, back);
      const lengths = images.map((image, j) => dot(image, directions[j]!));
      const order = [...lengths.keys()].sort((p, q) => lengths[q]! - lengths[p]!);
      const sorted = Float64Array.from(order, (j) => lengths[j]!);
      const settled = sorted
        .subarray(0, count)
        .every((value, j) => Math.abs(value - before[j]!) <= 1e-6 * (sorted[0] ?? 0));
      if (round === rounds || settled) {
        const chosen = order.slice(0, count);
        const signs = chosen.map((j) => signOf(directions[j]!));
        // bounded: by the photos
        const own = new Float32Array(rows * count);
        for await (const { from, scores } of projected())
          for (let row = 0; row < scores.length / basis; row++)
            chosen.forEach((j, i) => {
              own[(from + row) * count + i] = signs[i]! * scores[row * basis + j]!;
            });
        const shares = [...sorted.subarray(0, count)].map((value) =>
          total > 0 ? Math.max(0, value) / total : 0,
        );
        return { count, scores: own, shares };
      }
      before = sorted;
      directions = order.map((j) => images[j]!);
    }
  } finally {
    await session.release();
  }
}

/** Rows less the mean, times directions, and the rows times what comes of that. */
function projectionGraph() {
  const b = new GraphBuilder();
  b.input("x", ["N", "D"]);
  b.input("mean", ["D"]);
  b.input("v", ["D", "K"]);
  const centred = b.op("Sub", ["x", "mean"]);
  b.op("MatMul", [centred, "v"], {}, { outputs: ["scores"] });
  const turned = b.op("Transpose", [centred], { perm: [1, 0] });
  b.op("MatMul", [turned, "scores"], {}, { outputs: ["back"] });
  b.output("scores", ["N", "K"]);
  b.output("back", ["D", "K"]);
  return b.graph;
}

/** The sum of all squares, less the mean. */
function varianceOf(table: VectorTable, mean: Float64Array): number {
  let total = 0;
  for (const { data } of blocksOf(table))
    for (let i = 0; i < data.length; i++)
      total += Math.fround(data[i]! - mean[i % mean.length]!) ** 2;
  return total;
}

const interleaved = (vectors: readonly Float64Array[]): Float32Array =>
  Float32Array.from(
    { length: vectors.length * vectors[0]!.length },
    (_, at) => vectors[at % vectors.length]![Math.floor(at / vectors.length)]!,
  );

/** Adds the columns of a table to as many vectors. */
function addColumns(sums: readonly Float64Array[], data: Float32Array): void {
  sums.forEach((sum, j) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += data[i * sums.length + j]!;
  });
}

function signOf(vector: Float64Array): 1 | -1 {
  let most = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(most)) most = value;
  return most < 0 ? -1 : 1;
}
