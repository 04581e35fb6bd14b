/** A field of a table: a number in place, or what lies elsewhere. */
export type FlatField =
  { at: "here"; width: 1 | 2 | 4 | 8; value: number } | { at: "there"; place: number };

/**
 * FlatBuffers files from their end to their beginning: what a table points at is written before it, and
 * so may be pointed at by others as well.
 *
 * Source: https://flatbuffers.dev/internals/
 */
export class FlatFile {
  readonly #bytes: number[] = [];
  readonly #vtables: number[] = [];

  /** Places count from the end, so that they stay what they are while more is put in front. */
  #push(bytes: readonly number[]): number {
    for (let i = bytes.length - 1; i >= 0; i--) this.#bytes.push(bytes[i]!);
    return this.#bytes.length;
  }

  #align(width: number, more: number): void {
    while ((this.#bytes.length + more) % width !== 0) this.#bytes.push(0);
  }

  /** @param length what the list says of itself; the number of its items by default */
  list(items: readonly number[], width: 1 | 4 | 8, length = items.length): number {
    this.#align(Math.max(4, width), items.length * width);
    for (const item of [...items].reverse()) this.#push(little(item, width));
    return this.#push(little(length, 4));
  }

  text = (text: string): number => this.list([...new TextEncoder().encode(text)], 1);

  /** A list of tables by their places. */
  tables(places: readonly number[], length = places.length): number {
    this.#align(4, places.length * 4);
    for (const place of [...places].reverse())
      this.#push(little(this.#bytes.length + 4 - place, 4));
    return this.#push(little(length, 4));
  }

  /** @param alias whether the table takes the field numbers of an earlier one, whatever they mean there */
  table(fields: readonly (FlatField | undefined)[], alias = false): number {
    this.#align(8, 0);
    const places: number[] = [];
    for (const field of [...fields].reverse()) {
      if (field === undefined) {
        places.unshift(0);
        continue;
      }
      const width = field.at === "here" ? field.width : 4;
      this.#align(width, width);
      this.#push(
        little(field.at === "here" ? field.value : this.#bytes.length + 4 - field.place, width),
      );
      places.unshift(this.#bytes.length);
    }
    const known = this.#vtables.at(-1);
    this.#align(4, 4);
    const here = this.#bytes.length + 4;
    const vtableSize = 4 + 2 * places.length;
    // The table begins with the way back to its list of fields, which is put in front of it.
    const isAlias = alias && known !== undefined;
    this.#align(4, vtableSize);
    const start = isAlias ? here : this.#bytes.length + 4;
    this.#push(little(isAlias ? known - start : vtableSize, 4));
    if (isAlias) return start;
    const offsets = places.map((place) => (place === 0 ? 0 : start - place));
    this.#push([
      ...little(vtableSize, 2),
      ...little(start + 4, 2),
      ...offsets.flatMap((offset) => little(Math.max(0, offset), 2)),
    ]);
    this.#vtables.push(this.#bytes.length);
    return start;
  }

  finish(root: number): Uint8Array {
    this.#align(8, 8);
    this.#push([...new TextEncoder().encode("TFL3")]);
    this.#push(little(this.#bytes.length + 4 - root, 4));
    return Uint8Array.from(this.#bytes.reverse());
  }
}

export const little = (value: number, width: number): number[] => {
  const bits = BigInt.asUintN(64, BigInt(Math.trunc(value) || 0));
  return Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * i)) & 255n));
};

export const byte = (value: number): FlatField => ({ at: "here", width: 1, value });
export const int = (value: number): FlatField => ({ at: "here", width: 4, value });
export const there = (place: number): FlatField => ({ at: "there", place });
