import { joinBytes } from "../../src/base/join-bytes.ts";

/** Fields of a protobuf message as bytes, written without a schema: what a grammar is made of. */
export type Wire = Uint8Array;

const utf8 = new TextEncoder();

export function varint(value: bigint | number): Uint8Array {
  const bytes: number[] = [];
  if (typeof value === "number" && value >= 0 && value < 2 ** 31) {
    let rest = value;
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
    return Uint8Array.from(bytes);
  }
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) {
      bytes.push(Number(rest));
      return Uint8Array.from(bytes);
    }
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** A number in wire type 0. */
export const wireNumber = (field: number, value: bigint | number): Wire =>
  joinBytes([varint(field * 8), varint(value)]);

/** Bytes, a text or a message inside. */
export const wireBytes = (field: number, bytes: Uint8Array): Wire =>
  joinBytes([varint(field * 8 + 2), varint(bytes.length), bytes]);

export const wireText = (field: number, text: string): Wire => wireBytes(field, utf8.encode(text));

export const wireMessage = (field: number, parts: readonly Wire[]): Wire =>
  wireBytes(field, joinBytes(parts));

export function wireReal(field: number, value: number): Wire {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joinBytes([varint(field * 8 + 5), bytes]);
}
