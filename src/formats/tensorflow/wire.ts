import { StriateError } from "../../base/errors.ts";

/** A field of a protobuf message: a number, or bytes (a text, a message, packed numbers). */
export interface WireField {
  number: number;
  /** Of wire types 0, 1 and 5; 64-bit ones lose what a double cannot hold. */
  value: number;
  /** Of wire type 2 its content, of 1 and 5 the bytes of the number; empty otherwise. */
  bytes: Uint8Array;
  wire: number;
}

const utf8 = new TextDecoder();

/**
 * The fields of a protobuf message, one after the other, without a schema.
 *
 * @throws StriateError where a field would end behind the message
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const need = (length: number): number => {
    if (at + length > bytes.length)
      throw new StriateError("the file is cut off or damaged: a part would end behind its end");
    at += length;
    return at - length;
  };
  const varint = (): number => {
    const start = at;
    let number = 0;
    for (let scale = 1; scale <= 2 ** 42; scale *= 128) {
      const byte = bytes[need(1)]!;
      number += (byte & 0x7f) * scale;
      if (byte < 0x80) return number;
    }
    // Of 64 bits, negative ones among them.
    at = start;
    let low = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[need(1)]!;
      low |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, low));
    }
    throw new StriateError("the file is damaged: a number has no end");
  };
  const none = new Uint8Array();
  while (at < bytes.length) {
    const tag = varint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield { number, wire, value: varint(), bytes: none };
    else if (wire === 1 || wire === 5) {
      const start = need(wire === 1 ? 8 : 4);
      const value = wire === 1 ? view.getFloat64(start, true) : view.getFloat32(start, true);
      yield { number, wire, value, bytes: bytes.subarray(start, at) };
    } else if (wire === 2) {
      const length = varint();
      if (length < 0) throw new StriateError("the file is damaged: a part has no length");
      const start = need(length);
      yield { number, wire, value: 0, bytes: bytes.subarray(start, start + length) };
    } else throw new StriateError(`the file is damaged: a part of unknown kind ${wire}`);
  }
}

export const wireText = ({ bytes }: WireField): string => utf8.decode(bytes);

/** The first field of this number, where the message has one. */
export function wireField(bytes: Uint8Array, number: number): WireField | undefined {
  for (const field of wireFields(bytes)) if (field.number === number) return field;
  return undefined;
}

/** The entries of a map field, each a message of key and value. */
export function wireEntry({ bytes }: WireField): [key: string, value: Uint8Array] | undefined {
  const [key, value] = [wireField(bytes, 1), wireField(bytes, 2)];
  return key && value ? [wireText(key), value.bytes] : undefined;
}

/** The numbers of a repeated field, packed or one by one. */
export function wireInts({ wire, value, bytes }: WireField): number[] {
  if (wire !== 2) return [value];
  const values: number[] = [];
  let number = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    number |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(Number(BigInt.asIntN(64, number)));
    number = 0n;
    shift = 0n;
  }
  return values;
}

/** The floats of a repeated field of 4 or 8 bytes each, packed or one by one. */
export function wireReals({ wire, value, bytes }: WireField, width: 4 | 8): number[] {
  if (wire !== 2) return [value];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // bounded: by the bytes that are there
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) =>
    width === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
}
