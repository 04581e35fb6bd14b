import { Random } from "../../base/random.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { type SearchOptions, nearestByBlocks, nearestNeighbours } from "./neighbours.ts";
import { type VectorTable, vectorsIn } from "./vector-table.ts";

/** What a map was laid out from, where the graph of all photos does not fit. */
export interface EmbedSample {
  /** Photos that were drawn. */
  readonly photos: number;
  /** Bytes that the graph of all would take. */
  readonly bytes: number;
}

/** What a map of a sample asks for. */
interface SampleOptions extends SearchOptions {
  /** Photos to be drawn, and neighbours of each. */
  readonly photos: number;
  readonly count: number;
  readonly seed: number;
  readonly stopped: () => boolean;
}

/**
 * UMAP's plane of an evenly drawn sample, and all others beside those of it that are nearest to them: in their middle,
 * each by how surely it is a neighbour. `(rows, 2)`.
 *
 * Source: the first step of umap-learn's `transform`.
 */
export async function mapOfSample(
  runtime: Runtime,
  table: VectorTable,
  { photos, count, seed, stopped, progress, ...search }: SampleOptions,
): Promise<Float32Array> {
  const { umapMap, memberships } = await import("./umap-map.ts");
  const drawn = evenlyDrawn(table.rows, photos, seed);
  // bounded: by the plan of the embedding
  const data = new Float32Array(photos * table.width);
  drawn.forEach((row, i) => data.set(table.block(row, row + 1), i * table.width));
  const sample = vectorsIn(data, table.width);
  const neighbours = await nearestNeighbours(runtime, sample, count, search);
  const own = await umapMap(neighbours, seed, stopped, (done) => progress?.(done / 2));
  const places = new Float32Array(2 * table.rows); // bounded: by the photos
  const near = neighbours.count;
  for await (const block of nearestByBlocks(runtime, table, sample, near, {
    ...search,
    progress: (done) => progress?.((1 + done) / 2),
  })) {
    const shares = memberships({ ...block, count: near }, near);
    for (let row = 0; row < block.rows.length / near; row++) {
      let [x, y, sum] = [0, 0, 0];
      for (let i = row * near; i < (row + 1) * near; i++) {
        x += shares[i]! * own[2 * block.rows[i]!]!;
        y += shares[i]! * own[2 * block.rows[i]! + 1]!;
        sum += shares[i]!;
      }
      places.set([x / sum, y / sum], 2 * (block.from + row));
    }
  }
  drawn.forEach((row, i) => places.set(own.subarray(2 * i, 2 * i + 2), 2 * row));
  return places;
}

/** Rising numbers, one by chance out of each of as many stretches of the same length. */
export function evenlyDrawn(rows: number, count: number, seed: number): Uint32Array {
  const random = new Random(seed, 0x736d);
  return Uint32Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.floor((i * rows) / count), Math.floor(((i + 1) * rows) / count)];
    return from + Math.floor(random.uniform() * (to - from));
  });
}
