import { joinBytes } from "../../base/join-bytes.ts";
/** Bytes of an HDF5 file that are put together piece by piece, little-endian. */
export class HdfBytes {
  readonly #pieces: Uint8Array[] = [];
  /** Bytes so far. */
  end = 0;

  /** Adds bytes at the next multiple of 8 and returns their address. They are not copied before the end. */
  append(bytes: Uint8Array): number {
    this.align();
    const address = this.end;
    this.bytes(bytes);
    return address;
  }

  /** Leaves room that is filled later. */
  reserve(size: number): HdfBytes {
    const room = new ReservedBytes(size);
    this.#pieces.push(room.room);
    this.end += size;
    return room;
  }

  bytes(bytes: Uint8Array | readonly number[]): this {
    const piece = bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
    this.#pieces.push(piece);
    this.end += piece.length;
    return this;
  }

  u16(value: number): this {
    return this.#uint(value, 2);
  }
  u32(value: number): this {
    return this.#uint(value, 4);
  }
  u64(value: number): this {
    return this.#uint(value, 8);
  }

  /** The address that stands for "there is nothing". */
  nowhere(): this {
    return this.bytes(new Uint8Array(8).fill(0xff));
  }

  /** Fills up with zeros to a multiple of 8. */
  align(): this {
    return this.bytes(new Uint8Array(-this.end & 7));
  }

  joined(): Uint8Array {
    return joinBytes(this.#pieces);
  }

  #uint(value: number, width: number): this {
    const piece = new Uint8Array(width);
    for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 256))
      piece[i] = rest % 256;
    return this.bytes(piece);
  }
}

/** Bytes that go into room which was left for them. */
class ReservedBytes extends HdfBytes {
  readonly room: Uint8Array;

  constructor(size: number) {
    super();
    this.room = new Uint8Array(size);
  }

  override bytes(bytes: Uint8Array | readonly number[]): this {
    this.room.set(bytes, this.end);
    this.end += bytes.length;
    return this;
  }
}
