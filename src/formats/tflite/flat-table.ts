import { StriateError } from "../../base/errors.ts";

/** A FlatBuffers file, and how much of it may still be taken out. */
interface FlatFile {
  view: DataView;
  /** Tables may point at one list as often as they like: what is copied is bounded. */
  budget: number;
}

const utf8 = new TextDecoder();

/**
 * A table of a FlatBuffers file: fields by number, each absent one with its default. Every offset is
 * checked against the file.
 *
 * @see https://flatbuffers.dev/internals/
 */
export class FlatTable {
  readonly #file: FlatFile;
  readonly #at: number;
  readonly #fields: number;
  readonly #fieldCount: number;

  private constructor(file: FlatFile, at: number) {
    this.#file = file;
    this.#at = at;
    this.#fields = at - file.view.getInt32(inside(file, at, 4), true);
    const length = file.view.getUint16(inside(file, this.#fields, 4), true);
    inside(file, this.#fields, length);
    this.#fieldCount = Math.floor(length / 2) - 2;
  }

  /** The table that a file begins with. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const file = { view, budget: 4 * bytes.length + 65536 };
    return new FlatTable(file, file.view.getUint32(inside(file, 0, 4), true));
  }

  /** Where a field of `size` bytes lies; 0 where it is absent. */
  #place(field: number, size: number): number {
    if (field >= this.#fieldCount) return 0;
    const offset = this.#file.view.getUint16(this.#fields + 4 + 2 * field, true);
    return offset === 0 ? 0 : inside(this.#file, this.#at + offset, size);
  }

  /** Where what a field points at lies; 0 where it is absent. */
  #target(field: number): number {
    const at = this.#place(field, 4);
    return at === 0 ? 0 : inside(this.#file, at + this.#file.view.getUint32(at, true), 4);
  }

  /** A list of elements of `width` bytes each. */
  #list(field: number, width: number): { at: number; length: number } {
    const at = this.#target(field);
    if (at === 0) return { at: 0, length: 0 };
    const length = this.#file.view.getUint32(at, true);
    inside(this.#file, at + 4, length * width);
    return { at: at + 4, length };
  }

  #copy(field: number, width: number, read: (at: number) => number): number[] {
    const { at, length } = this.#list(field, width);
    this.#spend(length * width);
    return Array.from({ length }, (_, i) => read(at + i * width));
  }

  #spend(bytes: number): void {
    this.#file.budget -= bytes;
    if (this.#file.budget < 0)
      throw new StriateError("the file is damaged: its parts overlap, and are more than it holds");
  }

  byte(field: number, fallback = 0): number {
    const at = this.#place(field, 1);
    return at === 0 ? fallback : this.#file.view.getInt8(at);
  }

  flag = (field: number): boolean => this.byte(field) !== 0;

  int(field: number, fallback = 0): number {
    const at = this.#place(field, 4);
    return at === 0 ? fallback : this.#file.view.getInt32(at, true);
  }

  /** A 64-bit number that counts bytes. */
  long(field: number): number {
    const at = this.#place(field, 8);
    return at === 0 ? 0 : Number(this.#file.view.getBigUint64(at, true));
  }

  real(field: number, fallback = 0): number {
    const at = this.#place(field, 4);
    return at === 0 ? fallback : this.#file.view.getFloat32(at, true);
  }

  text(field: number): string {
    const bytes = this.bytes(field);
    this.#spend(bytes.length);
    return utf8.decode(bytes);
  }

  /** The bytes themselves, without a copy. */
  bytes(field: number): Uint8Array {
    const { at, length } = this.#list(field, 1);
    const { buffer, byteOffset } = this.#file.view;
    return new Uint8Array(buffer, byteOffset + at, length);
  }

  ints = (field: number): number[] =>
    this.#copy(field, 4, (at) => this.#file.view.getInt32(at, true));

  /** Numbers of 16 bits, none below zero. */
  shorts = (field: number): number[] =>
    this.#copy(field, 2, (at) => this.#file.view.getUint16(at, true));

  reals = (field: number): number[] =>
    this.#copy(field, 4, (at) => this.#file.view.getFloat32(at, true));

  longs = (field: number): number[] =>
    this.#copy(field, 8, (at) => Number(this.#file.view.getBigInt64(at, true)));

  table(field: number): FlatTable | undefined {
    const at = this.#target(field);
    return at === 0 ? undefined : new FlatTable(this.#file, at);
  }

  tables(field: number): FlatTable[] {
    const { at, length } = this.#list(field, 4);
    this.#spend(length * 4);
    return Array.from({ length }, (_, i) => {
      const place = at + 4 * i;
      const target = place + this.#file.view.getUint32(place, true);
      return new FlatTable(this.#file, inside(this.#file, target, 4));
    });
  }
}

/** A place, when so many bytes from it on lie within the file. */
function inside({ view }: FlatFile, at: number, size: number): number {
  if (at >= 0 && at + size <= view.byteLength) return at;
  throw new StriateError("the file is cut off or damaged: a part would lie outside of it");
}
