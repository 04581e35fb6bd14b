import { type Cursor, damaged } from "./cursor.ts";

/** A chunk as the file holds it. */
export interface StoredChunk {
  address: number;
  /** As many as are stored: after compression. */
  bytes: number;
  /** A bit for each filter that was left out. */
  mask: number;
}

/** What a chunk array needs to know to find and measure its chunks. */
export interface ChunkArray {
  /** The index's address. */
  address: number;
  /** Bytes of a chunk that is not filtered. */
  chunkBytes: number;
}

/** An entry of an index: an address; of a filtered chunk its size and mask too. Undefined: not written. */
export function readEntry(
  entry: Cursor,
  width: number,
  chunkBytes: number,
): StoredChunk | undefined {
  const { offset } = entry.widths;
  if (width !== offset && (width < offset + 5 || width > offset + 12))
    damaged(`an entry of a chunk index is ${width} bytes wide`);
  const address = entry.offset();
  const sizes =
    width === offset
      ? { bytes: chunkBytes, mask: 0 }
      : { bytes: entry.uint(width - offset - 4), mask: entry.u32() };
  return address === undefined ? undefined : { address, ...sizes };
}
