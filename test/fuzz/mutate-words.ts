import type { Random } from "../../src/base/random.ts";

/**
 * A copy with one to four numbers put for others, in their places: what a file of offsets (FlatBuffers)
 * says is changed, and its parts stay where they are.
 */
export function mutateWords(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let faults = 1 + random.integer(4); faults > 0; faults--) {
    const width = [1, 2, 4, 4][random.integer(4)]!;
    const at = width * random.integer(Math.floor(copy.length / width));
    const other = width * random.integer(Math.floor(copy.length / width));
    if (random.integer(3) === 0) copy.copyWithin(at, other, other + width);
    else if (width === 1) view.setInt8(at, strange(random));
    else if (width === 2) view.setInt16(at, strange(random), true);
    else view.setInt32(at, strange(random), true);
  }
  return copy;
}

const strange = (random: Random): number => {
  const values = [0, 1, 2, 3, 4, 5, 7, 9, 16, 100, 127, 255, 1e6, 2 ** 31 - 1, -1, -2, -(2 ** 31)];
  return values[random.integer(values.length)]!;
};
