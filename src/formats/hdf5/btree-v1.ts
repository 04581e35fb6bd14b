import { type Cursor, damaged } from "./cursor.ts";

/** A node of the older kind of tree: what its leaves point to, with the key before each. */
export interface TreeEntry {
  key: Cursor;
  child: number;
}

/**
 * Walks a version 1 B-tree and yields its leaves' entries in order.
 *
 * Source: HDF5 File Format Specification 3.0, III.A.1
 *
 * @param keyBytes width of a key: it depends on what the tree indexes
 */
export function* walkTree(
  file: Cursor,
  address: number,
  kind: 0 | 1,
  keyBytes: number,
  level?: number,
): Generator<TreeEntry> {
  const node = file.from(address);
  node.expect("TREE");
  if (node.u8() !== kind) damaged(`a tree at ${address} is of the wrong kind`);
  const ownLevel = node.u8();
  // Levels fall by one on the way down, so that a tree that bites its tail is noticed.
  if (level !== undefined && ownLevel !== level) damaged(`the tree at ${address} is out of order`);
  const used = node.u16();
  node.offset(); // left sibling
  node.offset(); // right sibling
  for (let i = 0; i < used; i++) {
    const key = node.part(keyBytes);
    const child = node.address("a tree's child");
    if (ownLevel === 0) yield { key, child };
    else yield* walkTree(file, child, kind, keyBytes, ownLevel - 1);
  }
}
