/** Numbers at a byte offset of a file; `NaN` beyond its end, so that a comparison with it fails. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, endian: "little" | "big") {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endian === "little";
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    return this.bytes[at] ?? NaN;
  }

  u16(at: number): number {
    return this.#holds(at, 2) ? this.#view.getUint16(at, this.#little) : NaN;
  }

  u24(at: number): number {
    return this.#little
      ? this.u8(at) + this.u8(at + 1) * 0x100 + this.u8(at + 2) * 0x10000
      : this.u8(at + 2) + this.u8(at + 1) * 0x100 + this.u8(at) * 0x10000;
  }

  u32(at: number): number {
    return this.#holds(at, 4) ? this.#view.getUint32(at, this.#little) : NaN;
  }

  i32(at: number): number {
    return this.#holds(at, 4) ? this.#view.getInt32(at, this.#little) : NaN;
  }

  /** `length` bytes as Latin-1 text; shorter at the end of the file. */
  text(at: number, length: number): string {
    return latin1(this.bytes.subarray(at, at + length));
  }

  #holds(at: number, count: number): boolean {
    return at >= 0 && at + count <= this.#view.byteLength;
  }
}

/** Bytes as Latin-1 text, one character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
