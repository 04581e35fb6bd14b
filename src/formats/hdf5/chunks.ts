import { sizeOf, stridesOf } from "../../base/shape.ts";
import { walkTree } from "./btree-v1.ts";
import { walkRecords } from "./btree-v2.ts";
import { type StoredChunk, readEntry } from "./chunk-entry.ts";
import type { Cursor } from "./cursor.ts";
import { extensibleArray } from "./extensible-array.ts";
import { fixedArray } from "./fixed-array.ts";
import type { ChunkedLayout } from "./layout.ts";

/** Shapes of a dataset; the largest that it may grow to, Infinity for an axis without end. */
export interface Extent {
  shape: readonly number[];
  maxShape: readonly number[];
}

/** The chunks of a dataset that were written, each with its first element. */
export function* storedChunks(
  file: Cursor,
  { chunk, address, index }: ChunkedLayout,
  { shape, maxShape }: Extent,
  chunkBytes: number,
): Generator<{ start: number[]; stored: StoredChunk }> {
  if (address === undefined) return;
  const rank = chunk.length;
  if (index.kind === "tree-v1") {
    // A key is: stored bytes, filter mask, and the chunk's first element with the byte within it.
    for (const { key, child } of walkTree(file, address, 1, 8 + 8 * (rank + 1))) {
      const stored = { bytes: key.u32(), mask: key.u32(), address: child };
      yield { start: chunk.map(() => key.uint(8)), stored };
    }
    return;
  }
  if (index.kind === "tree-v2") {
    for (const record of walkRecords(file, address)) {
      const stored = readEntry(record, record.left - 8 * rank, chunkBytes);
      const start = chunk.map((length) => record.uint(8) * length);
      if (stored) yield { start, stored };
    }
    return;
  }
  const find =
    index.kind === "fixed-array"
      ? fixedArray(file, { address, chunkBytes })
      : index.kind === "extensible-array"
        ? extensibleArray(file, { address, chunkBytes })
        : index.kind === "implicit"
          ? (i: number) => ({ address: address + i * chunkBytes, bytes: chunkBytes, mask: 0 })
          : () => ({ bytes: chunkBytes, mask: 0, ...index.stored, address });
  const number = numbering(chunk, maxShape, index.kind === "extensible-array");
  for (const at of gridPoints(shape.map((length, axis) => Math.ceil(length / chunk[axis]!)))) {
    file.budget.step();
    const stored = find(number(at));
    if (stored) yield { start: at.map((i, axis) => i * chunk[axis]!), stored };
  }
}

/**
 * The number of a chunk by its place in the grid: row-major over the largest shape that the dataset may
 * grow to; an axis without end counts as the slowest.
 */
function numbering(
  chunk: readonly number[],
  maxShape: readonly number[],
  growing: boolean,
): (at: readonly number[]) => number {
  const axes = chunk.map((_, axis) => axis);
  const free = growing ? maxShape.indexOf(Infinity) : -1;
  const order = free > 0 ? [free, ...axes.filter((axis) => axis !== free)] : axes;
  const steps = stridesOf(order.map((axis) => Math.ceil(maxShape[axis]! / chunk[axis]!)));
  return (at) => order.reduce((sum, axis, i) => sum + at[axis]! * steps[i]!, 0);
}

/** All places of a grid, the last axis fastest. */
function* gridPoints(counts: readonly number[]): Generator<number[]> {
  const total = sizeOf(counts);
  const at = counts.map(() => 0);
  for (let i = 0; i < total; i++) {
    yield [...at];
    for (let axis = at.length - 1; axis >= 0; axis--) {
      if (++at[axis]! < counts[axis]!) break;
      at[axis] = 0;
    }
  }
}
