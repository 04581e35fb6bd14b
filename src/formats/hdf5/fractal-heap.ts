import { walkRecords } from "./btree-v2.ts";
import { type Cursor, damaged, unsupported } from "./cursor.ts";

/**
 * Opens a fractal heap, where groups with many links and objects with many attributes keep them.
 * Returns a function that finds an object by its heap ID.
 *
 * Source: HDF5 File Format Specification 3.0, III.G
 */
export function openFractalHeap(file: Cursor, address: number): (id: Cursor) => Cursor {
  const head = file.from(address);
  head.expect("FRHP");
  head.skip(1);
  const idBytes = head.u16();
  if (head.u16() > 0) unsupported("compressed lists of names");
  head.skip(1); // flags
  const maxObject = head.u32();
  head.length(); // next huge ID
  const hugeTree = head.offset();
  head.length(); // free space
  head.offset(); // free space manager
  for (let i = 0; i < 8; i++) head.length(); // counts and sizes of objects
  const tableWidth = head.u16();
  const startBlock = head.length();
  const maxDirect = head.length();
  const heapBits = head.u16();
  head.skip(2);
  const root = head.offset();
  const rootRows = head.u16();
  if (tableWidth === 0 || !(startBlock > 0) || !(maxDirect >= startBlock) || heapBits > 64)
    damaged("a heap has impossible sizes");

  const offsetBytes = Math.ceil(heapBits / 8);
  const log2 = (value: number) => Math.floor(Math.log2(value));
  const lengthBytes = Math.min(
    Math.floor((log2(maxDirect) + 7) / 8),
    Math.floor(log2(Math.max(maxObject, 1)) / 8) + 1,
  );
  const directRows = log2(maxDirect) - log2(startBlock) + 2;
  const firstRow = tableWidth * startBlock;
  const blockSize = (row: number) => (row === 0 ? startBlock : startBlock * 2 ** (row - 1));

  /** The bytes from `offset` of the heap on, in the block at `address` that has `rows` rows. */
  const locate = (address: number, rows: number, offset: number, size: number): Cursor => {
    if (rows === 0) {
      if (offset < 0) damaged("a heap's object is not where it should be");
      return file.from(address + offset);
    }
    const block = file.from(address);
    block.expect("FHIB");
    block.skip(1);
    block.offset(); // the heap
    block.skip(offsetBytes);
    const row = offset < firstRow ? 0 : log2(offset / firstRow) + 1;
    const rowStart = row === 0 ? 0 : firstRow * 2 ** (row - 1);
    const column = Math.floor((offset - rowStart) / blockSize(row));
    if (row >= rows) damaged("a heap's object is not where it should be");
    const entry = row * tableWidth + column;
    let child = 0;
    for (let i = 0; i <= entry; i++) child = block.offset() ?? 0;
    if (child === 0) damaged("a heap's block is missing");
    const within = offset - rowStart - column * blockSize(row);
    const childRows = row < directRows ? 0 : log2(blockSize(row) / firstRow) + 1;
    // A child covers less than its parent does, so that this ends.
    if (blockSize(row) >= size) damaged("a heap's block is larger than the block around it");
    return locate(child, childRows, within, blockSize(row));
  };

  /** What is longer than a heap's block, an attribute of 64 kB for one, lies elsewhere in the file. */
  const huge = (id: Cursor): Cursor => {
    const { offset, length } = file.widths;
    if (idBytes > offset + length)
      return file.from(id.address("a heap's object")).part(id.length());
    const key = id.uint(Math.min(8, idBytes - 1));
    if (hugeTree === undefined) damaged("a heap's list of long objects is missing");
    for (const record of walkRecords(file, hugeTree!)) {
      const place = record.address("a heap's object");
      const size = record.length();
      if (record.length() === key) return file.from(place).part(size);
    }
    return damaged("a heap's long object is not in its list");
  };

  return (id) => {
    const kind = (id.u8() >> 4) & 3;
    if (kind === 1) return huge(id);
    if (kind !== 0) unsupported("names that stand in a heap's list");
    const offset = id.uint(offsetBytes);
    const length = id.uint(lengthBytes);
    if (root === undefined) damaged("a heap is empty");
    return locate(root!, rootRows, offset, Infinity).part(length);
  };
}
