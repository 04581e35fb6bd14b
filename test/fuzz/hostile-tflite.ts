import type { Random } from "../../src/base/random.ts";
import { chance, hostileInt32, pick, several } from "./hostile-numbers.ts";

/** A field of a table: a number in place, or what lies elsewhere. */
type FlatField =
  { at: "here"; width: 1 | 2 | 4 | 8; value: number } | { at: "there"; place: number };

/**
 * FlatBuffers files from their end to their beginning: what a table points at is written before it, and
 * so may be pointed at by others as well.
 *
 * Source: https://flatbuffers.dev/internals/
 */
class FlatFile {
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

const little = (value: number, width: number): number[] => {
  const bits = BigInt.asUintN(64, BigInt(Math.trunc(value) || 0));
  return Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * i)) & 255n));
};

const byte = (value: number): FlatField => ({ at: "here", width: 1, value });
const int = (value: number): FlatField => ({ at: "here", width: 4, value });
const there = (place: number): FlatField => ({ at: "there", place });

/**
 * A TFLite file that is sound in each of its parts: tensors and operators that there are, with hostile numbers
 * in shapes, options, lengths and places; one constant and one list for many; tables that share another
 * table's fields.
 *
 * @param codes numbers of operators
 */
export function hostileTflite(random: Random, codes: readonly number[]): Uint8Array {
  const file = new FlatFile();
  const lists: number[] = [];
  const ints = (numbers: readonly number[]): number => {
    // Lists that lie in one another, and lists that say they are longer.
    if (lists.length > 0 && chance(random, 0.1)) return pick(random, lists);
    const length = chance(random, 0.02) ? Math.abs(hostileInt32(random)) : numbers.length;
    const place = file.list(numbers, 4, length);
    lists.push(place);
    return place;
  };
  const alias = () => chance(random, 0.03);
  const buffers = [
    file.table([]),
    ...Array.from({ length: 3 }, (_, i) => {
      const numbers = Array.from({ length: i + 1 }, () => hostileInt32(random));
      return file.table(
        [
          there(
            file.list(
              numbers.flatMap((n) => little(n, 4)),
              1,
            ),
          ),
          ...(chance(random, 0.05)
            ? [1, 2].map((): FlatField => ({ at: "here", width: 8, value: hostileInt32(random) }))
            : []),
        ],
        alias(),
      );
    }),
  ];
  const count = 3 + random.integer(6);
  const tensors = Array.from({ length: count }, (_, i) => {
    // Most constants are as long as their buffer says.
    const buffer = i === 0 || chance(random, 0.5) ? 0 : 1 + random.integer(3);
    const fits = chance(random, 0.93);
    const length = () => (fits ? Math.abs(hostileInt32(random)) : hostileInt32(random));
    const shape =
      buffer > 0 && fits
        ? [buffer]
        : i === 0 && chance(random, 0.8)
          ? [1, 8, 8, 3]
          : several(random, 4, length);
    const quantization = chance(random, 0.2)
      ? [
          undefined,
          undefined,
          there(file.list([0x3f800000], 4)),
          there(file.list([hostileInt32(random)], 8)),
          undefined,
          undefined,
          int(hostileInt32(random)),
        ]
      : undefined;
    const place = quantization && file.table(quantization);
    return file.table(
      [
        there(ints(shape)),
        byte(buffer > 0 && fits ? pick(random, [0, 2]) : pick(random, [0, 0, 0, 2, 9, 3, 4])),
        int(buffer),
        there(file.text(pick(random, [`t${i}`, "constructor", ""]))),
        place === undefined ? undefined : there(place),
      ],
      alias(),
    );
  });
  const chosen = Array.from({ length: 1 + random.integer(4) }, () => pick(random, codes));
  const operatorCodes = chosen.map((code) =>
    file.table([byte(Math.min(code, 127)), undefined, undefined, int(code)]),
  );
  const number = () => (chance(random, 0.95) ? random.integer(count) : hostileInt32(random));
  const operators = chosen.map((_, i) => {
    const options = file.table(
      Array.from({ length: 6 }, () =>
        chance(random, 0.5) ? byte(random.integer(5)) : int(hostileInt32(random)),
      ),
    );
    const inputs = chance(random, 0.02)
      ? new Array<number>(2000).fill(number())
      : several(random, 4, number);
    const made = chance(random, 0.9) ? [Math.min(count - 1, i + 1)] : several(random, 3, number);
    return file.table(
      [
        int(i),
        there(ints(inputs)),
        there(ints(made)),
        byte(1 + random.integer(20)),
        there(options),
      ],
      alias(),
    );
  });
  const graph = file.table([
    there(file.tables(tensors)),
    there(ints([0])),
    there(ints([Math.min(count - 1, chosen.length)])),
    there(file.tables(operators)),
  ]);
  const graphs = chance(random, 0.05) ? new Array<number>(500).fill(graph) : [graph];
  return file.finish(
    file.table([
      int(3),
      there(file.tables(operatorCodes)),
      there(file.tables(graphs)),
      there(file.text("hostile")),
      there(file.tables(buffers)),
    ]),
  );
}
