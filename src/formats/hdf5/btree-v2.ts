import { type Cursor, damaged } from "./cursor.ts";

/**
 * Yields the records of a version 2 B-tree, in order.
 *
 * Source: HDF5 File Format Specification 3.0, III.A.2
 */
export function* walkRecords(file: Cursor, address: number): Generator<Cursor> {
  const head = file.from(address);
  head.expect("BTHD");
  head.skip(1 + 1);
  const nodeBytes = head.u32();
  const recordBytes = head.u16();
  const depth = head.u16();
  head.skip(2);
  const root = head.offset();
  const count = head.u16();
  if (root === undefined || count === 0) return;
  if (recordBytes === 0 || nodeBytes < 16 || depth > 16) damaged("a tree has impossible sizes");

  const frame = 10; // signature, version, type and checksum of a node
  const addressBytes = file.widths.offset;
  const leafRecords = Math.floor((nodeBytes - frame) / recordBytes);
  const countBytes = bytesToHold(leafRecords);
  /** Bytes of the number of all records below a child, by the child's level. */
  const totalBytes = [0];
  let below = leafRecords;
  for (let level = 1; level <= depth; level++) {
    const pointer = addressBytes + countBytes + totalBytes[level - 1]!;
    const records = Math.floor((nodeBytes - frame - pointer) / (recordBytes + pointer));
    below = (records + 1) * below + records;
    totalBytes.push(bytesToHold(below));
  }

  function* walk(at: number, records: number, level: number): Generator<Cursor> {
    const node = file.from(at);
    node.expect(level === 0 ? "BTLF" : "BTIN");
    node.skip(2);
    // bounded: by 16 bits, and by what the node holds
    const own = Array.from({ length: records }, () => node.part(recordBytes));
    if (level === 0) {
      yield* own;
      return;
    }
    for (let i = 0; i <= records; i++) {
      const child = node.address("a tree's child");
      const childRecords = node.uint(countBytes);
      node.skip(totalBytes[level - 1]!);
      if (childRecords > leafRecords) damaged("a tree's node is too full");
      yield* walk(child, childRecords, level - 1);
      if (i < records) yield own[i]!;
    }
  }
  yield* walk(root, count, depth);
}

function bytesToHold(limit: number): number {
  return Math.floor(Math.log2(Math.max(limit, 1)) / 8) + 1;
}
