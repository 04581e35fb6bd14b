import { StriateError } from "../../base/errors.ts";

const utf8 = new TextDecoder("utf-8");

/** How wide a file writes its addresses and lengths, in bytes. */
export interface Widths {
  offset: number;
  length: number;
}

/**
 * A place in a file that is read forward. Every read is checked against the end, so that a damaged
 * file gives a sentence and never a wrong number.
 */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #widths: Widths;
  at: number;

  constructor(bytes: Uint8Array, at = 0, widths: Widths = { offset: 8, length: 8 }) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#widths = widths;
    this.at = at;
  }

  /** The same file from another place on. */
  from(at: number): Cursor {
    return new Cursor(this.#bytes, at, this.#widths);
  }

  /** The next `count` bytes as a file of their own. */
  part(count: number): Cursor {
    return new Cursor(this.take(count), 0, this.#widths);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  /** An unsigned number of 1 to 8 bytes; Infinity where a double cannot hold it. */
  uint(width: number): number {
    let value = 0;
    const start = this.#step(width);
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.#bytes[start + i]!;
    return Number.isSafeInteger(value) ? value : Infinity;
  }

  /** The address of something in the file; undefined where nothing is there (all bits set). */
  offset(): number | undefined {
    const value = this.uint(this.#widths.offset);
    const nowhere = this.#widths.offset === 8 ? Infinity : 256 ** this.#widths.offset - 1;
    return value === nowhere ? undefined : value;
  }

  /** The address of something that has to be there. */
  address(what: string): number {
    return this.offset() ?? damaged(`${what} has no address`);
  }

  length(): number {
    return this.uint(this.#widths.length);
  }

  skip(count: number): void {
    this.#step(count);
  }

  /** Goes on to the next multiple of 8, counted from `start`. */
  align8(start = 0): void {
    this.at += -(this.at - start) & 7;
  }

  /** The next `count` bytes, without a copy. */
  take(count: number): Uint8Array {
    const start = this.#step(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** Text of `count` bytes, up to the first zero byte. */
  text(count: number): string {
    return textOf(this.take(count));
  }

  /** Text up to a zero byte. */
  textToZero(): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) damaged("a text does not end");
    const text = this.take(end - this.at);
    this.at = end + 1;
    return utf8.decode(text);
  }

  /** Checks that the next bytes spell `signature`. */
  expect(signature: string): void {
    const found = Array.from(this.take(signature.length), (byte) => String.fromCharCode(byte));
    if (found.join("") !== signature) damaged(`"${signature}" is not where it should be`);
  }

  #step(count: number): number {
    const start = this.at;
    if (!(count >= 0 && start >= 0 && start + count <= this.#bytes.length))
      damaged(`${count} bytes at ${start} are outside its ${this.#bytes.length} bytes`);
    this.at = start + count;
    return start;
  }
}

/** Fixed-length text: up to the first zero byte, trailing blanks kept. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Refuses the file. */
export function damaged(what: string): never {
  throw new StriateError(`the HDF5 file is damaged: ${what}`);
}

/** Refuses a form of HDF5 that no Keras writes. */
export function unsupported(what: string): never {
  throw new StriateError(
    `the HDF5 file uses ${what}, which is not supported; h5repack can rewrite it without`,
  );
}
