import { HdfBytes } from "./hdf-bytes.ts";

/** A name in a group, and the object that it leads to. */
export interface LinkToWrite {
  name: string;
  /** Address of the object's header. */
  header: number;
  /** Of a group: addresses of its tree and names. */
  tree?: number;
  names?: number;
}

/** Names in a leaf, and children of a node, of the trees; the superblock says so too. */
export const leafEntries = 8;
export const nodeEntries = 32;

/**
 * Writes the names of a group as a symbol table: a heap of the names, leaves of up to eight entries in
 * the order of the names' bytes, and a tree over the leaves.
 *
 * Source: HDF5 File Format Specification 3.0, III.A.1 to III.D
 */
export function writeLinks(
  file: HdfBytes,
  links: readonly LinkToWrite[],
): { tree: number; names: number } {
  const sorted = links
    .map((link) => ({ ...link, bytes: new TextEncoder().encode(link.name) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes));
  // The heap begins with an empty name: the key before the first one.
  const texts = new HdfBytes().u64(0);
  const places = sorted.map(({ bytes }) => {
    const at = texts.end;
    texts.bytes(bytes).bytes([0]).align();
    return at;
  });
  const entries = sorted.map((link, i) => ({ ...link, place: places[i]! }));
  const names = writeHeap(file, texts.joined());
  let level: Branch[] = chunked(entries, leafEntries).map((leaf) => ({
    address: writeLeaf(file, leaf),
    last: leaf.at(-1)!.place,
  }));
  let depth = 0;
  do {
    let before = 0;
    const nodes = level.length > 0 ? chunked(level, nodeEntries) : [[]];
    level = nodes.map((children) => {
      const address = writeNode(file, children, depth, before);
      before = children.at(-1)?.last ?? 0;
      return { address, last: before };
    });
    depth++;
  } while (level.length > 1);
  return { tree: level[0]!.address, names };
}

/** A leaf or node of the tree, and where the last of its names lies in the heap. */
interface Branch {
  address: number;
  last: number;
}

function writeHeap(file: HdfBytes, texts: Uint8Array): number {
  const data = file.append(texts);
  const heap = new HdfBytes()
    .bytes([0x48, 0x45, 0x41, 0x50, 0, 0, 0, 0])
    .u64(texts.length)
    .u64(1) // no free room
    .u64(data);
  return file.append(heap.joined());
}

function writeLeaf(file: HdfBytes, entries: readonly (LinkToWrite & { place: number })[]): number {
  const leaf = new HdfBytes().bytes([0x53, 0x4e, 0x4f, 0x44, 1, 0]).u16(entries.length);
  for (const { place, header, tree, names } of entries) {
    leaf.u64(place).u64(header);
    if (tree === undefined) leaf.u32(0).u32(0).u64(0).u64(0);
    else leaf.u32(1).u32(0).u64(tree).u64(names!);
  }
  return file.append(leaf.bytes(new Uint8Array((leafEntries - entries.length) * 40)).joined());
}

/** @param before the key before the first child */
function writeNode(
  file: HdfBytes,
  children: readonly Branch[],
  depth: number,
  before: number,
): number {
  const node = new HdfBytes()
    .bytes([0x54, 0x52, 0x45, 0x45, 0, depth])
    .u16(children.length)
    .nowhere()
    .nowhere()
    .u64(before);
  for (const { address, last } of children) node.u64(address).u64(last);
  return file.append(node.bytes(new Uint8Array((nodeEntries - children.length) * 16)).joined());
}

function chunked<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
