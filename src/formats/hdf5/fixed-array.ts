import { type ChunkArray, type StoredChunk, readEntry } from "./chunk-entry.ts";
import { type Cursor, damaged } from "./cursor.ts";

/** Behind every block and page stands a check sum. */
const sumBytes = 4;

/**
 * Opens the index of a dataset that cannot grow: its chunks by their numbers.
 *
 * Source: HDF5 File Format Specification 3.0, VII.C
 */
export function fixedArray(
  file: Cursor,
  { address, chunkBytes }: ChunkArray,
): (i: number) => StoredChunk | undefined {
  const head = file.from(address);
  head.expect("FAHD");
  head.skip(1 + 1);
  const width = head.u8();
  const pageBits = head.u8();
  const count = head.length();
  const block = head.offset();
  if (pageBits > 31) damaged("a chunk index has impossible pages");
  if (block === undefined) return () => undefined;
  const body = file.from(block);
  body.expect("FADB");
  body.skip(1 + 1);
  body.offset(); // the head
  const pageEntries = 2 ** pageBits;
  const entry = (at: number): StoredChunk | undefined =>
    readEntry(file.from(at), width, chunkBytes);
  const outside = (i: number) => i >= count && damaged(`a chunk index has no chunk ${i}`);
  if (count <= pageEntries) {
    const start = body.at;
    return (i) => {
      outside(i);
      return entry(start + i * width);
    };
  }
  const bits = body.at;
  const start = bits + Math.ceil(Math.ceil(count / pageEntries) / 8) + sumBytes;
  return (i) => {
    outside(i);
    const page = Math.floor(i / pageEntries);
    if (!bitAt(file, bits, page)) return undefined;
    return entry(start + page * sumBytes + i * width);
  };
}

/** A bit of a field whose first one is the highest of its first byte: whether a page was written. */
export function bitAt(file: Cursor, field: number, i: number): boolean {
  return ((file.from(field + (i >> 3)).u8() >> (7 - (i & 7))) & 1) === 1;
}
