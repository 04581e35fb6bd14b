import type { Budget } from "../../base/budget.ts";
import { StriateError } from "../../base/errors.ts";

const FOOTER = 48;
const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

/** Whether the bytes end as a table of LevelDB does. */
const isTable = (bytes: Uint8Array): boolean =>
  bytes.length >= FOOTER && magic.every((byte, i) => bytes[bytes.length - 8 + i] === byte);

/**
 * The entries of a sorted table as LevelDB writes it: a footer names the index, the index the blocks,
 * and in each block a key only says where it departs from the one before. TensorFlow keeps the list of
 * a checkpoint's tensors in such a file.
 *
 * @throws StriateError when it is no such table, damaged or compressed
 * @see https://github.com/google/leveldb/blob/main/doc/table_format.md
 */
export function readSortedTable(bytes: Uint8Array, budget: Budget): Map<string, Uint8Array> {
  if (!isTable(bytes)) throw damaged("it does not end as a table does");
  const footer = new Cursor(bytes.subarray(bytes.length - FOOTER));
  footer.handle(); // of the meta index, which says nothing of the entries
  const index = footer.handle();
  const entries = new Map<string, Uint8Array>();
  for (const [, place] of blockEntries(blockAt(bytes, index), budget))
    for (const [key, value] of blockEntries(blockAt(bytes, new Cursor(place).handle()), budget))
      entries.set(key, value);
  return entries;
}

interface Handle {
  offset: number;
  size: number;
}

/** Behind each block stand its kind and its check sum. */
const TRAILER = 5;

function blockAt(bytes: Uint8Array, { offset, size }: Handle): Uint8Array {
  const end = offset + size;
  if (end + TRAILER > bytes.length) throw damaged("a block would end behind its end");
  if (bytes[end] !== 0)
    throw new StriateError("the table is compressed, which TensorFlow's own never is");
  return bytes.subarray(offset, end);
}

function* blockEntries(
  block: Uint8Array,
  budget: Budget,
): Generator<[key: string, value: Uint8Array]> {
  if (block.length < 4) throw damaged("a block is too short");
  const restarts = new DataView(block.buffer, block.byteOffset).getUint32(block.length - 4, true);
  const end = block.length - 4 - 4 * restarts;
  if (end < 0) throw damaged("a block is too short");
  const cursor = new Cursor(block.subarray(0, end));
  const utf8 = new TextDecoder();
  let key = new Uint8Array();
  while (!cursor.atEnd) {
    const shared = cursor.varint();
    const added = cursor.varint();
    const length = cursor.varint();
    if (shared > key.length) throw damaged("a key goes on where none began");
    const rest = cursor.take(added);
    // Keys repeat the beginning of the one before: short ones can add up to long ones.
    budget.step(4 + shared + added);
    // bounded: by the key before and the bytes that are there
    const next = new Uint8Array(shared + added);
    next.set(key.subarray(0, shared));
    next.set(rest, shared);
    key = next;
    yield [utf8.decode(key), cursor.take(length)];
  }
}

const damaged = (what: string): StriateError =>
  new StriateError(`is cut off or damaged (${what}); copy it again`);

/** Reads numbers and bytes one after the other. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && Number.isSafeInteger(value)) return value;
    }
    throw damaged("a number has no end");
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw damaged("an entry would end behind its block");
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() };
  }
}
