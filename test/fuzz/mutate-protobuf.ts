import { joinBytes } from "../../src/base/join-bytes.ts";
import type { Random } from "../../src/base/random.ts";
import { varint } from "./wire.ts";

/** A field of a protobuf message, read without its schema; a message inside is a list of fields. */
interface Field {
  number: number;
  wire: number;
  /** Of wire types 0, 1 and 5: the value as it stands. Of 2: bytes, or the fields inside. */
  raw: Uint8Array;
  inside?: Field[];
}

/** Makes copies of a message with one to three faults in its fields: all lengths around them stay right. */
export function parsedProtobuf(bytes: Uint8Array): (random: Random) => Uint8Array {
  const whole: Field = { number: 0, wire: 2, raw: bytes, inside: parse(bytes) ?? [] };
  return (random) => {
    const root = copyOf(whole);
    for (let faults = 1 + random.integer(3); faults > 0; faults--) {
      const lists = listsOf(root);
      const list = lists[random.integer(lists.length)]!;
      if (list.length > 0) change(list, random.integer(list.length), random);
    }
    return joinBytes(write(root.inside!));
  };
}

/** The fields' bytes are never changed in place, and need no copy. */
const copyOf = (field: Field): Field => ({
  ...field,
  ...(field.inside && { inside: field.inside.map(copyOf) }),
});

function listsOf(field: Field, found: Field[][] = []): Field[][] {
  if (!field.inside) return found;
  found.push(field.inside);
  for (const inner of field.inside) listsOf(inner, found);
  return found;
}

function change(list: Field[], i: number, random: Random): void {
  const field = list[i]!;
  switch (random.integer(7)) {
    case 0:
      list.splice(i, 1);
      break;
    case 1:
      for (let times = 1 + random.integer(3); times > 0; times--) list.push(copyOf(field));
      break;
    case 2:
      field.number = 1 + random.integer(26);
      break;
    case 3:
      list[i] = { number: field.number, wire: 0, raw: varint(strange(random)) };
      break;
    case 4:
      // A field of this message inside itself: a graph in a graph, a type in a type.
      if (field.inside) field.inside.push(copyOf(field));
      break;
    case 5: {
      const other = list[random.integer(list.length)]!;
      [field.raw, other.raw] = [other.raw, field.raw];
      [field.inside, other.inside] = [other.inside, field.inside];
      break;
    }
    default:
      if (field.wire === 0) field.raw = varint(strange(random));
      else if (!field.inside) field.raw = field.raw.map(() => random.integer(256));
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
      fields.push({ number: Number(tag >> 3n), wire, raw: bytes.slice(start, at) });
      continue;
    }
    const length = number();
    if (length === undefined || length > BigInt(bytes.length - at)) return undefined;
    const raw = bytes.slice(at, at + Number(length));
    at += Number(length);
    const inside = depth < 12 && raw.length > 1 ? parse(raw, depth + 1) : undefined;
    fields.push({ number: Number(tag >> 3n), wire, raw, ...(inside ? { inside } : {}) });
  }
  return fields;
}

function write(fields: readonly Field[]): Uint8Array[] {
  return fields.flatMap(({ number, wire, raw, inside }) => {
    const head = varint(number * 8 + wire);
    if (wire !== 2) return [head, raw];
    const parts = inside ? write(inside) : [raw];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return [head, varint(length), ...parts];
  });
}
