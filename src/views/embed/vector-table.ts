import type { ByteSource } from "../../base/byte-source.ts";

/** Vectors of photos, a row each, wherever they lie: in memory, or on disk until some of them are wanted. */
export interface VectorTable {
  readonly rows: number;
  /** Numbers of a vector. */
  readonly width: number;
  /** Bytes of it that are in memory. */
  readonly held: number;
  /** The rows from one up to another, one after the other: a view or a copy, not to be changed. */
  block(from: number, to: number): Float32Array;
}

/** A table of numbers that lie somewhere as 32-bit floats, row by row, from a byte on. */
export function vectorsAt(
  bytes: ByteSource,
  start: number,
  rows: number,
  width: number,
): VectorTable {
  return {
    ...{ rows, width },
    held: bytes instanceof Uint8Array ? 4 * rows * width : 0,
    block(from, to) {
      const [begin, end] = [start + 4 * width * from, start + 4 * width * to];
      const read = bytes.subarray(begin, end);
      // bounded: what is there already, where it does not lie as numbers do
      const own = read.byteOffset % 4 === 0 ? read : new Uint8Array(read);
      return new Float32Array(own.buffer, own.byteOffset, (to - from) * width);
    },
  };
}

/** A table of numbers in memory. */
export const vectorsIn = (data: Float32Array, width: number): VectorTable =>
  vectorsAt(
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    0,
    width > 0 ? data.length / width : 0,
    width,
  );

/** Several tables, one behind the other; those without rows may be of any width. */
export function stackedVectors(tables: readonly VectorTable[]): VectorTable {
  const parts = tables.filter(({ rows }) => rows > 0);
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? tables[0]!;
  const { width } = first;
  const starts = [0];
  for (const { rows } of parts) starts.push(starts.at(-1)! + rows);
  /** The part that holds a row. */
  const partOf = (row: number): number => {
    let [low, high] = [0, parts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    ...{ rows: starts.at(-1)!, width },
    held: parts.reduce((sum, { held }) => sum + held, 0),
    block(from, to) {
      let i = partOf(from);
      if (to <= starts[i + 1]!) return parts[i]!.block(from - starts[i]!, to - starts[i]!);
      // bounded: by the rows that are asked for
      const all = new Float32Array((to - from) * width);
      for (let at = from; at < to; at = starts[i++ + 1]!) {
        const end = Math.min(to, starts[i + 1]!);
        all.set(parts[i]!.block(at - starts[i]!, end - starts[i]!), (at - from) * width);
      }
      return all;
    },
  };
}

/** Bytes of a block that is read in one go, about. */
const blockBytes = 2 ** 22;

/** Rows of a block. */
export const rowsOfBlock = (width: number): number =>
  Math.max(1, Math.floor(blockBytes / (4 * Math.max(1, width))));

/** The rows of a table, some at a time. */
export function* blocksOf(
  table: VectorTable,
  rows = rowsOfBlock(table.width),
): Generator<{ from: number; to: number; data: Float32Array }> {
  for (let from = 0; from < table.rows; from += rows) {
    const to = Math.min(table.rows, from + rows);
    yield { from, to, data: table.block(from, to) };
  }
}

/** The mean of the vectors. */
export function meanOf(table: VectorTable): Float64Array {
  const { rows, width } = table;
  const mean = new Float64Array(width);
  for (const { data } of blocksOf(table))
    for (let i = 0; i < data.length; i++) mean[i % width]! += data[i]! / rows;
  return mean;
}
