import { joinBytes } from "../../src/base/join-bytes.ts";
import type { Random } from "../../src/base/random.ts";

/** A copy of a file with one to four faults in its bytes. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result: Uint8Array = bytes.slice();
  for (let faults = 1 + random.integer(4); faults > 0; faults--)
    result = faultsIn[random.integer(faultsIn.length)]!(result, random);
  return result;
}

type Fault = (bytes: Uint8Array, random: Random) => Uint8Array;

const faultsIn: readonly Fault[] = [
  // A bit that fell over.
  (bytes, random) => at(bytes, random, (i) => (bytes[i]! ^= 1 << random.integer(8))),
  (bytes, random) => at(bytes, random, (i) => (bytes[i] = random.integer(256))),
  // Numbers that are too large, little-endian.
  (bytes, random) => at(bytes, random, (i) => bytes.fill(0xff, i, i + 1 + random.integer(8))),
  (bytes, random) => at(bytes, random, (i) => bytes.fill(0, i, i + 1 + random.integer(8))),
  (bytes, random) => at(bytes, random, (i) => (bytes[i + 3] = bytes[i + 3]! | 0x7f)),
  // Cut off.
  (bytes, random) => bytes.slice(0, random.integer(bytes.length + 1)),
  // Something left out, repeated, moved.
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return joinBytes([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return joinBytes([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    if (bytes.length > 0) bytes.copyWithin(random.integer(bytes.length), from, to);
    return bytes;
  },
];

function at(bytes: Uint8Array, random: Random, change: (i: number) => void): Uint8Array {
  if (bytes.length > 0) change(random.integer(bytes.length));
  return bytes;
}

function span({ length }: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.integer(length + 1);
  return [from, Math.min(length, from + random.integer(64))];
}
