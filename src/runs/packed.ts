import { StriateError } from "../base/errors.ts";

/** Arrays that a result of a run is made of. */
export type PackedArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

const kinds = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
} as const;
type Kind = keyof typeof kinds;

const magic = "striate part 1\n";

/**
 * Plain data and arrays as bytes: a line that says what it is, the length of the JSON, the JSON with the lengths
 * of the arrays, the arrays, each from a multiple of 8 on. The same data are the same bytes.
 */
export function pack(data: unknown, arrays: Readonly<Record<string, PackedArray>>): Uint8Array {
  const entries = Object.entries(arrays);
  const listed = entries.map(([name, array]) => [name, kindOf(array), array.length] as const);
  const text = new TextEncoder().encode(JSON.stringify({ data, arrays: listed }, inOrderOfKeys));
  const start = aligned(magic.length + 5 + text.length);
  const size = entries.reduce((sum, [, array]) => sum + aligned(array.byteLength), start);
  // bounded: what is written is in memory already
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(magic.length, text.length, true);
  bytes.set(text, magic.length + 4);
  let at = start;
  for (const [, array] of entries) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  }
  return bytes;
}

/** Where an array lies in packed bytes, and how many elements it has. */
export interface PackedPlace {
  readonly at: number;
  readonly count: number;
}

/**
 * @param left arrays that are not read: where they lie is told
 * @throws StriateError when the bytes are not those of {@link pack}, or cut off
 */
export function unpack(
  bytes: Uint8Array,
  left: readonly string[] = [],
): {
  data: unknown;
  arrays: Record<string, PackedArray>;
  places: Record<string, PackedPlace>;
} {
  const damaged = new StriateError("is damaged or cut off");
  const head = new TextDecoder().decode(bytes.subarray(0, magic.length));
  if (head !== magic || bytes.length < magic.length + 4) throw damaged;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(magic.length, true);
  const from = magic.length + 4;
  if (from + length > bytes.length) throw damaged;
  const text = new TextDecoder().decode(bytes.subarray(from, from + length));
  const { data, arrays } = listed(text) ?? {};
  if (arrays === undefined) throw damaged;
  let at = aligned(from + length + 1);
  const read: [string, PackedArray][] = [];
  const places: [string, PackedPlace][] = [];
  for (const [name, kind, count] of arrays) {
    const size = count * kinds[kind].BYTES_PER_ELEMENT;
    if (!(at + size <= bytes.length)) throw damaged;
    places.push([name, { at, count }]);
    if (!left.includes(name)) {
      // Not slice(): on a Node Buffer that is a view and no copy.
      const copy = new Uint8Array(bytes.subarray(at, at + size));
      read.push([name, new kinds[kind](copy.buffer, 0, count)]);
    }
    at += aligned(size);
  }
  return { data, arrays: Object.fromEntries(read), places: Object.fromEntries(places) };
}

/** What the JSON says, where it lists arrays that there can be. */
function listed(text: string) {
  try {
    const { data, arrays } = JSON.parse(text) as {
      data: unknown;
      arrays: [string, Kind, number][];
    };
    const isSound = arrays.every(([, kind, count]) => Object.hasOwn(kinds, kind) && count >= 0);
    return isSound ? { data, arrays } : undefined;
  } catch {
    return undefined;
  }
}

/** Records that say the same are the same text, whoever put their keys together. */
const inOrderOfKeys = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const aligned = (length: number): number => Math.ceil(length / 8) * 8;

const kindOf = (array: PackedArray): Kind =>
  (Object.keys(kinds) as Kind[]).find((kind) => array instanceof kinds[kind])!;
