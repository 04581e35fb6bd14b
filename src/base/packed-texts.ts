/** Many texts in little memory, as UTF-8: some four bytes for each besides its own. */
export class PackedTexts implements Iterable<string> {
  readonly #bytes: Uint8Array;
  /** Where each begins, and where the last one ends. */
  readonly #starts: Uint32Array;

  private constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes;
    this.#starts = starts;
  }

  static of(texts: readonly string[]): PackedTexts {
    const encoded = texts.map((text) => new TextEncoder().encode(text));
    // bounded: the texts are in memory already
    const starts = new Uint32Array(texts.length + 1);
    encoded.forEach(({ length }, i) => (starts[i + 1] = starts[i]! + length));
    // bounded: as these
    const bytes = new Uint8Array(starts[texts.length]!);
    encoded.forEach((each, i) => bytes.set(each, starts[i]));
    return new PackedTexts(bytes, starts);
  }

  /** Several lists, one behind the other. */
  static joined(lists: readonly PackedTexts[]): PackedTexts {
    const sum = (of: (list: PackedTexts) => number) =>
      lists.reduce((all, each) => all + of(each), 0);
    // bounded: all of them are in memory already
    const bytes = new Uint8Array(sum((list) => list.#bytes.length));
    // bounded: as these
    const starts = new Uint32Array(sum(({ length }) => length) + 1);
    let [at, count] = [0, 0];
    for (const list of lists) {
      bytes.set(list.#bytes, at);
      for (let i = 0; i < list.length; i++) starts[++count] = at + list.#starts[i + 1]!;
      at += list.#bytes.length;
    }
    return new PackedTexts(bytes, starts);
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  at(i: number): string {
    return decoder.decode(this.#bytes.subarray(this.#starts[i]!, this.#starts[i + 1]!));
  }

  /** The first that is this text; -1 where none is. */
  indexOf(text: string): number {
    const { length } = new TextEncoder().encode(text);
    for (let i = 0; i < this.length; i++)
      if (this.#starts[i + 1]! - this.#starts[i]! === length && this.at(i) === text) return i;
    return -1;
  }

  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

// A mark at the beginning of a text is a part of it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
