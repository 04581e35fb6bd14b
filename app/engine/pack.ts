// Messages with arrays in them as bytes: the length of a JSON text, the text, and the arrays behind it.

const kinds = { Uint8Array, Uint8ClampedArray, Float32Array, Int32Array, Uint32Array } as const;
type Kind = keyof typeof kinds;
interface Slot {
  readonly $array: Kind;
  readonly at: number;
  readonly length: number;
}

/** A message as bytes. */
export function pack(message: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Uint8Array[] = [];
  let at = 0;
  const text = JSON.stringify(message, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const kind = value.constructor.name as Kind;
    const slot: Slot = { $array: kind, at, length: value.byteLength };
    arrays.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    at += value.byteLength;
    return slot;
  });
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(4 + json.length + at);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  let to = 4 + json.length;
  for (const array of arrays) {
    bytes.set(array, to);
    to += array.length;
  }
  return bytes;
}

/** @throws RangeError or SyntaxError where the bytes are no message */
export function unpack(bytes: Uint8Array): unknown {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
  if (4 + length > bytes.length) throw new RangeError("the message is cut off");
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  const rest = bytes.subarray(4 + length);
  // Each array has bytes of its own: a text that names the same ones over and over takes no memory for them.
  let taken = 0;
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("$array" in value)) return value;
    const { $array, at, length: size } = value as Slot;
    taken += size;
    if (!Object.hasOwn(kinds, $array) || !(at >= 0 && size >= 0 && at + size <= rest.length))
      throw new RangeError("the message is cut off");
    if (taken > rest.length) throw new RangeError("the message names its bytes twice");
    // A copy, so that each array begins where its elements may.
    return new kinds[$array](new Uint8Array(rest.subarray(at, at + size)).buffer);
  });
}
