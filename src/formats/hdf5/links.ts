import { walkTree } from "./btree-v1.ts";
import { walkRecords } from "./btree-v2.ts";
import { type Cursor, damaged } from "./cursor.ts";
import { openFractalHeap } from "./fractal-heap.ts";
import { type Message, messageType } from "./object-header.ts";

/** What a name in a group leads to: an object of this file, another name, or another file. */
export type Link =
  { kind: "hard"; address: number } | { kind: "soft"; path: string } | { kind: "external" };

/**
 * Reads the names of a group in any of the three forms that HDF5 knows: a symbol table, link
 * messages, or a heap of links.
 */
export function readLinks(file: Cursor, messages: readonly Message[]): Map<string, Link> {
  const links = new Map<string, Link>();
  for (const { type, body } of messages) {
    if (type === messageType.symbolTable) readSymbolTable(file, body.from(0), links);
    else if (type === messageType.link) readLink(body.from(0), links);
    else if (type === messageType.linkInfo)
      for (const link of readDense(file, body.from(0), "links")) readLink(link, links);
  }
  return links;
}

/** Source: HDF5 File Format Specification 3.0, III.B to III.D */
function readSymbolTable(file: Cursor, body: Cursor, links: Map<string, Link>): void {
  const tree = body.address("a group's tree");
  const heap = file.from(body.address("a group's names"));
  heap.expect("HEAP");
  heap.skip(4);
  const size = heap.length();
  heap.length(); // free list
  const names = file.from(heap.address("a group's names")).part(size);
  for (const { child } of walkTree(file, tree, 0, file.widths.length)) {
    const node = file.from(child);
    node.expect("SNOD");
    node.skip(2);
    const count = node.u16();
    for (let i = 0; i < count; i++) {
      const name = names.from(node.address("a link's name")).textToZero();
      const address = node.offset();
      const cached = node.u32();
      node.skip(4);
      const scratch = node.part(16);
      if (cached === 2)
        links.set(name, { kind: "soft", path: names.from(scratch.u32()).textToZero() });
      else if (address !== undefined) links.set(name, { kind: "hard", address });
    }
  }
}

/** Source: HDF5 File Format Specification 3.0, IV.A.2.g */
function readLink(body: Cursor, links: Map<string, Link>): void {
  if (body.u8() !== 1) damaged("a link has an unknown version");
  const flags = body.u8();
  const kind = flags & 8 ? body.u8() : 0;
  if (flags & 4) body.skip(8);
  if (flags & 16) body.skip(1);
  const name = body.text(body.uint(1 << (flags & 3)));
  if (kind === 0) links.set(name, { kind: "hard", address: body.address(`"${name}"`) });
  else if (kind === 1) links.set(name, { kind: "soft", path: body.text(body.u16()) });
  else links.set(name, { kind: "external" });
}

/**
 * The links or attributes that lie in a fractal heap, if there is one.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.c and IV.A.2.v
 *
 * @param info the body of a link info or attribute info message
 */
export function readDense(file: Cursor, info: Cursor, what: "links" | "attributes"): Cursor[] {
  info.skip(1);
  const flags = info.u8();
  if (flags & 1) info.skip(what === "links" ? 8 : 2);
  const heapAddress = info.offset();
  const index = info.offset();
  if (heapAddress === undefined || index === undefined) return [];
  const find = openFractalHeap(file, heapAddress);
  return Array.from(walkRecords(file, index), (record) => {
    if (what === "links") record.skip(4); // hash of the name
    return find(record);
  });
}
