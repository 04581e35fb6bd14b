import { type Cursor, damaged, unsupported } from "./cursor.ts";

/** A part of the description of a group or dataset. */
export interface Message {
  type: number;
  body: Cursor;
}

/** Message types, by their numbers in the specification (IV.A.2). */
export const messageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFillValue: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/**
 * Reads all messages of an object header, of either version.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.1
 */
export function readObjectHeader(file: Cursor, address: number): Message[] {
  const head = file.from(address);
  const isNew = head.u8() === 0x4f;
  return isNew ? readVersion2(file, address) : readVersion1(file, address);
}

function readVersion1(file: Cursor, address: number): Message[] {
  const head = file.from(address);
  const version = head.u8();
  if (version !== 1) damaged(`an object header at ${address} has version ${version}`);
  head.skip(1 + 2 + 4);
  const size = head.u32();
  head.align8(address);
  const messages: Message[] = [];
  const blocks = [head.part(size)];
  for (let block = blocks.shift(); block; block = blocks.shift())
    while (block.left >= 8) {
      const type = block.u16();
      const length = block.u16();
      const flags = block.u8();
      block.skip(3);
      const body = block.part(length);
      if (type === messageType.continuation) {
        const at = body.address("a continued header");
        blocks.push(file.from(at).part(body.length()));
      } else messages.push({ type, body: flags & 2 ? shared(file, type, body) : body });
    }
  return messages;
}

function readVersion2(file: Cursor, address: number): Message[] {
  const head = file.from(address);
  head.expect("OHDR");
  if (head.u8() !== 2) damaged(`an object header at ${address} has an unknown version`);
  const flags = head.u8();
  if (flags & 0x20) head.skip(16);
  if (flags & 0x10) head.skip(4);
  const messages: Message[] = [];
  const blocks = [head.part(head.uint(1 << (flags & 3)))];
  const headBytes = flags & 4 ? 6 : 4;
  for (let block = blocks.shift(); block; block = blocks.shift())
    while (block.left >= headBytes) {
      const type = block.u8();
      const length = block.u16();
      const messageFlags = block.u8();
      block.skip(headBytes - 4);
      const body = block.part(length);
      if (type === messageType.continuation) {
        const next = file.from(body.address("a continued header"));
        const size = body.length();
        next.expect("OCHK");
        blocks.push(next.part(size - 8)); // less signature and checksum
      } else messages.push({ type, body: messageFlags & 2 ? shared(file, type, body) : body });
    }
  return messages;
}

/** A message that another header holds: a datatype with a name of its own. */
function shared(file: Cursor, type: number, body: Cursor): Cursor {
  const version = body.u8();
  const kind = body.u8();
  if (version === 1) body.skip(6);
  if (version === 3 && kind === 1) unsupported("a table of shared messages");
  const target = readPlain(file, body.address("a shared message"));
  return (
    target.find((message) => message.type === type)?.body ??
    damaged("a shared message is not where it should be")
  );
}

/** Guards against headers that share each other. */
let depth = 0;
function readPlain(file: Cursor, address: number): Message[] {
  if (depth > 4) damaged("shared messages lead in a circle");
  depth++;
  try {
    return readObjectHeader(file, address);
  } finally {
    depth--;
  }
}
