import type { Runtime } from "../../runtime/runtime.ts";
import type { Scratch } from "../context.ts";
import { type Neighbours, type SearchOptions, keptOf, nearestByBlocks } from "./neighbours.ts";
import type { VectorTable } from "./vector-table.ts";

/** The nearest others of each photo, wherever the table lies: in memory, or on disk. */
export interface NeighbourTable {
  /** Neighbours of a photo. */
  readonly count: number;
  /** Photos. */
  readonly length: number;
  /** Those of the photos from one up to another, `count` for each; not to be changed. */
  block(from: number, to: number): Pick<Neighbours, "rows" | "distances">;
}

/** A table in memory. */
export const neighboursIn = ({ count, rows, distances }: Neighbours): NeighbourTable => ({
  count,
  length: rows.length / count,
  block: (from, to) => ({
    rows: rows.subarray(from * count, to * count),
    distances: distances.subarray(from * count, to * count),
  }),
});

/** Writes what is found to disk, block by block, and reads it there. */
export async function neighboursOnDisk(
  runtime: Runtime,
  vectors: VectorTable,
  wanted: number,
  scratch: Scratch,
  options: SearchOptions,
): Promise<NeighbourTable> {
  const count = keptOf(vectors, wanted);
  const [rows, distances] = [scratch.file(), scratch.file()];
  for await (const found of nearestByBlocks(runtime, vectors, vectors, count, options)) {
    rows.append(bytesIn(found.rows));
    distances.append(bytesIn(found.distances));
  }
  return {
    ...{ count, length: vectors.rows },
    block(from, to) {
      const [first, last] = [from * count, to * count];
      const [some, apart] = [rows.read(4 * first, 4 * last), distances.read(8 * first, 8 * last)];
      return {
        rows: new Int32Array(some.buffer, some.byteOffset, last - first),
        distances: new Float64Array(apart.buffer, apart.byteOffset, last - first),
      };
    },
  };
}

const bytesIn = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Photos whose neighbours are read together. */
export const neighbourRows = 4096;

/** Every photo with its neighbours; a block of them is in memory at a time. */
export function* eachWithNeighbours(
  table: NeighbourTable,
): Generator<Pick<Neighbours, "rows" | "distances"> & { readonly row: number }> {
  for (let from = 0; from < table.length; from += neighbourRows) {
    const to = Math.min(table.length, from + neighbourRows);
    const { rows, distances } = table.block(from, to);
    for (let row = from; row < to; row++) {
      const at = (row - from) * table.count;
      const end = at + table.count;
      yield { row, rows: rows.subarray(at, end), distances: distances.subarray(at, end) };
    }
  }
}
