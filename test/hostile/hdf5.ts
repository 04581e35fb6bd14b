/**
 * HDF5 files as they should never be: groups, datasets and messages that are well-formed each by itself,
 * with numbers and links that only an attacker writes.
 *
 * Source: HDF5 File Format Specification 3.0
 */
export class HostileHdf5 {
  readonly #bytes: number[] = [];

  constructor() {
    // Superblock version 2, the root's address filled in by `finish`.
    this.#bytes.push(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 2, 8, 8, 0);
    this.#bytes.push(...long(0), ...nowhere, ...long(0), ...long(0), ...int(0));
  }

  get end(): number {
    return this.#bytes.length;
  }

  add(bytes: readonly number[]): number {
    const address = this.end;
    for (const byte of bytes) this.#bytes.push(byte);
    return address;
  }

  /** An object header of version 2 with these messages. */
  header(messages: readonly (readonly number[])[]): number {
    const body = messages.flat();
    return this.add([...text("OHDR"), 2, 2, ...int(body.length), ...body, ...int(0)]);
  }

  /** A group that names other objects. */
  group(links: readonly (readonly [name: string, address: number])[]): number {
    return this.header(links.map(([name, address]) => link(name, address)));
  }

  dataset(shape: readonly (number | bigint)[], layout: readonly number[]): number {
    const space = [2, shape.length, 0, 1, ...shape.flatMap(long)];
    return this.header([message(1, space), message(3, float32), message(8, layout)]);
  }

  finish(root: number): Uint8Array {
    const file = Uint8Array.from(this.#bytes);
    const view = new DataView(file.buffer);
    view.setBigUint64(28, BigInt(file.length), true);
    view.setBigUint64(36, BigInt(root), true);
    return file;
  }
}

const nowhere = new Array<number>(8).fill(0xff);
export const text = (letters: string): number[] => [...new TextEncoder().encode(letters)];
export const short = (value: number): number[] => [value & 255, (value >> 8) & 255];
export const int = (value: number): number[] => [0, 8, 16, 24].map((at) => (value >>> at) & 255);
export const long = (value: number | bigint): number[] =>
  Array.from({ length: 8 }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));

export const message = (type: number, body: readonly number[]): number[] => [
  type,
  ...short(body.length),
  0,
  ...body,
];
export const link = (name: string, address: number): number[] =>
  message(6, [1, 0, name.length, ...text(name), ...long(address)]);
/** What comes next of a header stands elsewhere. */
export const continuation = (address: number, bytes: number): number[] =>
  message(0x10, [...long(address), ...long(bytes)]);
const float32 = [0x11, 0x20, 31, 0, ...int(4), 0, 0, 32, 0, 23, 8, 0, 23, ...int(127)];
export const contiguous = (address: number, bytes: number): number[] => [
  3,
  1,
  ...long(address),
  ...long(bytes),
];
/** Chunks of a version 1 tree, `chunk` elements each. */
export const chunked = (address: number, chunk: readonly number[]): number[] => [
  3,
  2,
  chunk.length + 1,
  ...long(address),
  ...chunk.flatMap(int),
  ...int(4),
];
/** A node of a version 1 tree of chunks, whose children are all at one address. */
export const chunkNode = (
  level: number,
  children: number,
  child: number,
  rank: number,
): number[] => [
  ...text("TREE"),
  1,
  level,
  ...short(children),
  ...nowhere,
  ...nowhere,
  ...Array.from({ length: children }, () => [
    ...int(4),
    ...int(0),
    ...new Array<number>(8 * (rank + 1)).fill(0),
    ...long(child),
  ]).flat(),
];
