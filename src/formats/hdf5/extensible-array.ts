import { type ChunkArray, type StoredChunk, readEntry } from "./chunk-entry.ts";
import { type Cursor, damaged } from "./cursor.ts";
import { bitAt } from "./fixed-array.ts";

/** Behind every block and page stands a check sum. */
const sumBytes = 4;
const log2 = (value: number): number => Math.floor(Math.log2(value));

/**
 * Opens the index of a dataset that can grow along one axis: its chunks by their numbers. The first ones
 * stand in the index block, the next in data blocks that it names, and the others in data blocks that
 * secondary blocks name; the blocks grow in size and number.
 *
 * Source: HDF5 File Format Specification 3.0, VII.D
 */
export function extensibleArray(
  file: Cursor,
  { address, chunkBytes }: ChunkArray,
): (i: number) => StoredChunk | undefined {
  const head = file.from(address);
  head.expect("EAHD");
  head.skip(1 + 1);
  const [width, maxBits, inIndex, smallest, minPointers, pageBits] = [
    head.u8(),
    head.u8(),
    head.u8(),
    head.u8(),
    head.u8(),
    head.u8(),
  ] as const;
  for (let i = 0; i < 6; i++) head.length(); // counts and sizes of blocks
  const indexBlock = head.offset();
  if (smallest < 1 || minPointers < 1 || maxBits > 64 || pageBits > 31)
    damaged("a chunk index has impossible sizes");
  if (indexBlock === undefined) return () => undefined;

  const { offset } = file.widths;
  const index = file.from(indexBlock);
  index.expect("EAIB");
  index.skip(1 + 1);
  index.offset(); // the head
  const ownEntries = index.at;
  const dataPointers = ownEntries + inIndex * width;
  const secondaryPointers = dataPointers + 2 * (minPointers - 1) * offset;
  /** So many groups of data blocks the index names itself. */
  const ownGroups = 2 * log2(minPointers);
  const placeBytes = Math.ceil(maxBits / 8);
  const pageEntries = 2 ** pageBits;

  const entry = (at: number): StoredChunk | undefined =>
    readEntry(file.from(at), width, chunkBytes);
  /** Where the content of a block begins, behind its signature, kind, head and place. */
  const opened = new Map<number, number>();
  const contentOf = (block: number, signature: string): number => {
    const known = opened.get(block);
    if (known !== undefined) return known;
    const body = file.from(block);
    body.expect(signature);
    body.skip(1 + 1 + offset + placeBytes);
    opened.set(block, body.at);
    return body.at;
  };
  const pointer = (table: number, i: number): number | undefined =>
    file.from(table + i * offset).offset();

  return (i) => {
    if (i < inIndex) return entry(ownEntries + i * width);
    const rest = i - inIndex;
    // Group g has 2^floor(g/2) data blocks of smallest * 2^ceil(g/2) entries: (2^g - 1) * smallest before it.
    const group = log2(Math.floor(rest / smallest) + 1);
    const blockEntries = smallest * 2 ** Math.ceil(group / 2);
    const inGroup = rest - (2 ** group - 1) * smallest;
    const block = Math.floor(inGroup / blockEntries);
    const within = inGroup % blockEntries;
    const pages = blockEntries > pageEntries ? blockEntries / pageEntries : 0;

    if (group < ownGroups) {
      const before = 2 ** Math.floor(group / 2) + 2 ** Math.ceil(group / 2) - 2;
      return inBlock(pointer(dataPointers, before + block), within, pages);
    }
    const secondary = pointer(secondaryPointers, group - ownGroups);
    if (secondary === undefined) return undefined;
    const bits = contentOf(secondary, "EASB");
    const blocks = 2 ** Math.floor(group / 2);
    const table = bits + blocks * Math.ceil(pages / 8);
    if (pages > 0 && !bitAt(file, bits, block * pages + Math.floor(within / pageEntries)))
      return undefined;
    return inBlock(pointer(table, block), within, pages);
  };

  function inBlock(
    address: number | undefined,
    within: number,
    pages: number,
  ): StoredChunk | undefined {
    if (address === undefined) return undefined;
    const content = contentOf(address, "EADB");
    if (pages === 0) return entry(content + within * width);
    const page = Math.floor(within / pageEntries);
    return entry(content + sumBytes + page * sumBytes + within * width);
  }
}
