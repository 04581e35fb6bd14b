import { joinBytes } from "../../base/join-bytes.ts";
import { maskedCrc32c } from "../../base/crc32c.ts";

/**
 * TensorBoard's event files: a chain of records, each an `Event` message with its length and two check
 * sums.
 *
 * Source: TensorFlow's `lib/io/record_writer.h` for the record, `core/util/event.proto` and
 * `core/framework/summary.proto` for the messages
 */

/** The first event of a file, which says what it is. */
export const encodeVersion = (time: number): Uint8Array =>
  concat(double(1, time), bytesField(3, text("brain.Event:2")));

/**
 * An event with scalars.
 * @param time in seconds since 1970
 */
export function encodeScalars(
  time: number,
  step: number,
  scalars: Readonly<Record<string, number>>,
): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytesField(1, concat(bytesField(1, text(tag)), float(2, value))),
  );
  return concat(double(1, time), varintField(2, step), bytesField(5, concat(...values)));
}

/** A message as a record: length, its check sum, the message, its check sum. */
export function toRecord(message: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(message.length), true);
  return concat(length, checkSum(length), message, checkSum(message));
}

function checkSum(bytes: Uint8Array): Uint8Array {
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, maskedCrc32c(bytes), true);
  return sum;
}

// Protobuf's wire format: https://protobuf.dev/programming-guides/encoding/

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const key = (field: number, wireType: number): Uint8Array => varint(field * 8 + wireType);
const varintField = (field: number, value: number) => concat(key(field, 0), varint(value));
const bytesField = (field: number, value: Uint8Array) =>
  concat(key(field, 2), varint(value.length), value);

function double(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return concat(key(field, 1), bytes);
}

function float(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concat(key(field, 5), bytes);
}

const concat = (...parts: readonly Uint8Array[]): Uint8Array => joinBytes(parts);
