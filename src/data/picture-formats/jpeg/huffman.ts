import { Irregular } from "./irregular.ts";

/**
 * A Huffman code as a table from the next bits to symbols: eight bits at a time for short codes, bit by
 * bit for the few longer ones.
 *
 * Source: ITU-T T.81, Annex C and F.2.2.3.
 */
export class HuffmanTable {
  /** By the next eight bits: symbol and code length, `symbol << 4 | length`; 0 for a longer code. */
  readonly short: Uint16Array = new Uint16Array(256);
  readonly #symbols: Uint8Array;
  /** By code length: the largest code, and the place of the first symbol minus the first code. */
  readonly #largest = new Int32Array(18).fill(-1);
  readonly #offset = new Int32Array(18);

  /**
   * @param counts number of codes of each length, 1 to 16
   * @param symbols by growing code
   */
  constructor(counts: Uint8Array, symbols: Uint8Array) {
    this.#symbols = symbols;
    for (let length = 1, code = 0, at = 0; length <= 16; length++, code <<= 1) {
      const count = counts[length - 1]!;
      this.#offset[length] = at - code;
      if (count > 0) this.#largest[length] = code + count - 1;
      for (let i = 0; i < count; i++, code++, at++) {
        if (code >= 1 << length) throw new Irregular("a Huffman code that is too long");
        if (length > 8) continue;
        const first = code << (8 - length);
        this.short.fill((symbols[at]! << 4) | length, first, first + (1 << (8 - length)));
      }
    }
  }

  /** The symbol of a code that is longer than eight bits, read bit by bit. */
  long(bits: BitReader): number {
    let code = bits.read(9);
    for (let length = 9; length <= 16; length++) {
      if (code <= this.#largest[length]!) return this.#symbols[code + this.#offset[length]!]!;
      code = (code << 1) | bits.read(1);
    }
    throw new Irregular("a code that means nothing");
  }
}

/** Bits of entropy-coded data, most significant first, up to the next marker. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Where the reading stands; behind the last byte that was taken. */
  get position(): number {
    return this.#at;
  }

  #fill(count: number): void {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new Irregular("missing data");
      if (byte === 0xff) {
        if (this.#bytes[this.#at + 1] !== 0) {
          // A marker: the last code may be followed by fewer bits than are looked at.
          if (this.#count === 0 || this.#padded > 4) throw new Irregular("missing data");
          this.#padded++;
          this.#held = (this.#held << 8) & 0xffffff;
          this.#count += 8;
          continue;
        }
        this.#at++;
      }
      this.#at++;
      this.#held = ((this.#held << 8) | byte) & 0xffffff;
      this.#count += 8;
    }
  }
  #padded = 0;

  /** The next `count` bits (at most 16) as a whole number. */
  read(count: number): number {
    if (count === 0) return 0;
    this.#fill(count);
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  /** The next symbol of a Huffman code. */
  symbol(table: HuffmanTable): number {
    this.#fill(8);
    const entry = table.short[(this.#held >>> (this.#count - 8)) & 255]!;
    if (entry === 0) return table.long(this);
    this.#count -= entry & 15;
    return entry >> 4;
  }

  /** A number of `size` bits whose first bit says its sign (T.81, F.2.2.1 EXTEND). */
  signed(size: number): number {
    const value = this.read(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Passes over the restart marker `number` (0 to 7) that must stand here. */
  restart(number: number): void {
    if (this.#bytes[this.#at] !== 0xff || this.#bytes[this.#at + 1] !== 0xd0 + number)
      throw new Irregular("a restart marker that is not there");
    this.#at += 2;
    [this.#held, this.#count, this.#padded] = [0, 0, 0];
  }
}
