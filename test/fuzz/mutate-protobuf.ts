import { joinBytes } from "../../src/base/join-bytes.ts";
import type { Random } from "../../src/base/random.ts";
import { varint } from "./wire.ts";

/**
 * A field of a protobuf message, read without its schema; a message inside is a list of fields. None is changed in
 * place: what a fault leaves alone is shared by all copies, and is not written again.
 */
interface Field {
  number: number;
  wire: number;
  /** Of wire types 0, 1 and 5: the value as it stands. Of 2: bytes, or the fields inside as bytes. */
  raw: Uint8Array;
  inside?: readonly Field[];
  /** How many lists of fields are in it. */
  lists: number;
}

/** Makes copies of a message with one to three faults in its fields: all lengths around them stay right. */
export function parsedProtobuf(bytes: Uint8Array): (random: Random) => Uint8Array {
  const whole = message(0, parse(bytes) ?? []);
  return (random) => {
    let root = whole;
    for (let faults = 1 + random.integer(3); faults > 0; faults--)
      root = faultIn(root, random.integer(root.lists), random);
    return root.raw;
  };
}

const plain = (number: number, wire: number, raw: Uint8Array): Field => ({
  number,
  wire,
  raw,
  lists: 0,
});

const message = (number: number, inside: readonly Field[]): Field => ({
  number,
  wire: 2,
  raw: joinBytes(inside.flatMap(written)),
  inside,
  lists: inside.reduce((sum, { lists }) => sum + lists, 1),
});

/** A message with a fault in one of its lists of fields: its own is the first of them. */
function faultIn({ number, inside = [] }: Field, list: number, random: Random): Field {
  const fields = [...inside];
  if (list === 0) {
    if (fields.length > 0) change(fields, random.integer(fields.length), random);
  } else {
    let [i, rest] = [0, list - 1];
    while (rest >= fields[i]!.lists) rest -= fields[i++]!.lists;
    fields[i] = faultIn(fields[i]!, rest, random);
  }
  return message(number, fields);
}

function change(list: Field[], i: number, random: Random): void {
  const field = list[i]!;
  switch (random.integer(7)) {
    case 0:
      list.splice(i, 1);
      break;
    case 1:
      for (let times = 1 + random.integer(3); times > 0; times--) list.push(field);
      break;
    case 2:
      list[i] = { ...field, number: 1 + random.integer(26) };
      break;
    case 3:
      list[i] = plain(field.number, 0, varint(strange(random)));
      break;
    case 4:
      // A field of this message inside itself: a graph in a graph, a type in a type.
      if (field.inside) list[i] = message(field.number, [...field.inside, field]);
      break;
    case 5: {
      const k = random.integer(list.length);
      const other = list[k]!;
      [list[i], list[k]] = [
        { ...other, number: field.number, wire: field.wire },
        { ...field, number: other.number, wire: other.wire },
      ];
      break;
    }
    default:
      if (field.wire === 0) list[i] = plain(field.number, 0, varint(strange(random)));
      else if (!field.inside) list[i] = { ...field, raw: field.raw.map(() => random.integer(256)) };
  }
}

const strange = (random: Random): bigint => {
  const values = [
    0n,
    1n,
    2n,
    7n,
    127n,
    255n,
    10n ** 6n,
    10n ** 12n,
    2n ** 31n,
    2n ** 63n - 1n,
    2n ** 64n - 1n,
  ];
  return values[random.integer(values.length)]!;
};

/** The fields, if the bytes are a message; texts and numbers in a row seldom are. */
function parse(bytes: Uint8Array, depth = 0): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const number = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag === undefined || tag < 8n || tag > 1000n) return undefined;
    const wire = Number(tag & 7n);
    const start = at;
    if (wire === 0) {
      if (number() === undefined) return undefined;
    } else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire !== 2) return undefined;
    if (wire !== 2) {
      if (at > bytes.length) return undefined;
      fields.push(plain(Number(tag >> 3n), wire, bytes.slice(start, at)));
      continue;
    }
    const length = number();
    if (length === undefined || length > BigInt(bytes.length - at)) return undefined;
    const raw = bytes.slice(at, at + Number(length));
    at += Number(length);
    const inside = depth < 12 && raw.length > 1 ? parse(raw, depth + 1) : undefined;
    fields.push(inside ? message(Number(tag >> 3n), inside) : plain(Number(tag >> 3n), wire, raw));
  }
  return fields;
}

const written = ({ number, wire, raw }: Field): Uint8Array[] =>
  wire === 2 ? [varint(number * 8 + 2), varint(raw.length), raw] : [varint(number * 8 + wire), raw];
