import { type Cursor, damaged } from "./cursor.ts";

/**
 * Reads an object of the global heap: where texts of any length lie.
 *
 * Source: HDF5 File Format Specification 3.0, III.E
 *
 * @param reference the place where the reference stands: length, collection, index
 */
export function readHeapObject(file: Cursor, reference: Cursor): Uint8Array {
  const length = reference.u32();
  const collection = reference.offset();
  const index = reference.u32();
  if (length === 0 || collection === undefined || collection === 0) return new Uint8Array(0);
  const heap = file.from(collection);
  heap.expect("GCOL");
  heap.skip(4);
  const objects = heap.part(heap.length() - 16);
  while (objects.left >= 16) {
    const found = objects.u16();
    objects.skip(6);
    const size = objects.length();
    if (found === 0) break;
    const bytes = objects.part(size);
    if (found === index) return bytes.take(length);
    objects.align8();
  }
  return damaged(`an attribute's text is not in the heap at ${collection}`);
}
