import type { Budget } from "../../base/budget.ts";
import type { ByteSource } from "../../base/byte-source.ts";
import { StriateError } from "../../base/errors.ts";

const utf8 = new TextDecoder("utf-8");

/** How wide a file writes its addresses and lengths, in bytes. */
export interface Widths {
  offset: number;
  length: number;
}

/** Bytes that are looked at together: the descriptions in a file are made of small numbers. */
const pieceBytes = 4096;

/** The piece of a file that was looked at last, for all cursors of the file. */
interface Piece {
  bytes: DataView;
  /** Where it begins in the file. */
  at: number;
}

/** What all cursors of a file have in common. */
interface OpenFile {
  source: ByteSource;
  widths: Widths;
  budget: Budget;
  piece: Piece;
}

/** So many bytes that are taken at once count as one step. */
const bytesPerStep = 64;

/**
 * A place in a file that is read forward. Every read is checked against the end, so that a damaged
 * file gives a sentence and never a wrong number; and every read is a step of the file's budget, so that
 * no web of parts that name one another is followed without end. Nothing is read before it is asked for.
 */
export class Cursor {
  readonly #file: OpenFile;
  /** The part of the file that this cursor may read. */
  readonly #start: number;
  readonly #end: number;
  /** Counted from the start of its part. */
  at: number;

  private constructor(file: OpenFile, at: number, start: number, end: number) {
    this.#file = file;
    this.#start = start;
    this.#end = end;
    this.at = at;
  }

  /** The start of a file. */
  static of(source: ByteSource, budget: Budget, widths: Widths = { offset: 8, length: 8 }): Cursor {
    const piece = { bytes: new DataView(new ArrayBuffer(0)), at: 0 };
    return new Cursor({ source, widths, budget, piece }, 0, 0, source.length);
  }

  /** The same part of the file from another place on. */
  from(at: number): Cursor {
    return new Cursor(this.#file, at, this.#start, this.#end);
  }

  /** The next `count` bytes as a file of their own. */
  part(count: number): Cursor {
    const start = this.#step(count);
    return new Cursor(this.#file, 0, start, start + count);
  }

  /** What reading the file may cost. */
  get budget(): Budget {
    return this.#file.budget;
  }

  /** How wide the file writes its addresses and lengths, in bytes. */
  get widths(): Widths {
    return this.#file.widths;
  }

  get left(): number {
    return this.#end - this.#start - this.at;
  }

  u8(): number {
    const at = this.#look(1);
    return this.#file.piece.bytes.getUint8(at);
  }
  u16(): number {
    const at = this.#look(2);
    return this.#file.piece.bytes.getUint16(at, true);
  }
  u32(): number {
    const at = this.#look(4);
    return this.#file.piece.bytes.getUint32(at, true);
  }

  /** An unsigned number of 1 to 8 bytes; Infinity where a double cannot hold it. */
  uint(width: number): number {
    let value = 0;
    const at = this.#look(width);
    for (let i = width - 1; i >= 0; i--)
      value = value * 256 + this.#file.piece.bytes.getUint8(at + i);
    return Number.isSafeInteger(value) ? value : Infinity;
  }

  /** The address of something in the file; undefined where nothing is there (all bits set). */
  offset(): number | undefined {
    const value = this.uint(this.#file.widths.offset);
    const nowhere = this.#file.widths.offset === 8 ? Infinity : 256 ** this.#file.widths.offset - 1;
    return value === nowhere ? undefined : value;
  }

  /** The address of something that has to be there. */
  address(what: string): number {
    return this.offset() ?? damaged(`${what} has no address`);
  }

  length(): number {
    return this.uint(this.#file.widths.length);
  }

  skip(count: number): void {
    this.#step(count);
  }

  /** Goes on to the next multiple of 8, counted from `start`. */
  align8(start = 0): void {
    this.at += -(this.at - start) & 7;
  }

  /** The next `count` bytes; of a file in memory without a copy. */
  take(count: number): Uint8Array {
    const start = this.#step(count);
    this.budget.step(Math.floor(count / bytesPerStep));
    return this.#file.source.subarray(start, start + count);
  }

  /** Text of `count` bytes, up to the first zero byte. */
  text(count: number): string {
    return textOf(this.take(count));
  }

  /** Text up to a zero byte. */
  textToZero(): string {
    const start = this.at;
    while (this.left > 0) {
      const piece = this.take(Math.min(this.left, pieceBytes));
      const zero = piece.indexOf(0);
      if (zero < 0) continue;
      const length = this.at - piece.length + zero - start;
      this.at = start;
      const text = utf8.decode(this.take(length));
      this.skip(1);
      return text;
    }
    return damaged("a text does not end");
  }

  /** Checks that the next bytes spell `signature`. */
  expect(signature: string): void {
    const found = Array.from(this.take(signature.length), (byte) => String.fromCharCode(byte));
    if (found.join("") !== signature) damaged(`"${signature}" is not where it should be`);
  }

  /** Goes on by `count` bytes and returns where in the file they begin. */
  #step(count: number): number {
    this.#file.budget.step();
    const [start, end, at] = [this.#start, this.#end, this.at];
    if (!(count >= 0 && at >= 0 && start + at + count <= end))
      damaged(`${count} bytes at ${at} are outside its ${end - start} bytes`);
    this.at = at + count;
    return start + at;
  }

  /** Goes on by a few bytes that are looked at one by one, and returns where in the piece they begin. */
  #look(count: number): number {
    const { piece, source } = this.#file;
    const at = this.#step(count);
    if (at < piece.at || at + count > piece.at + piece.bytes.byteLength) {
      const bytes = source.subarray(at, at + pieceBytes);
      piece.bytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      piece.at = at;
    }
    return at - piece.at;
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
