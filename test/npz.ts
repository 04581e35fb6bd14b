import { inflateRawSync } from "node:zlib";

/** An array of a NumPy archive, as numbers. */
export interface NpzArray {
  readonly shape: number[];
  readonly data: Float64Array;
}

/** Reads the arrays of an `.npz` that NumPy wrote: a small reader for tests, on trusted files only. */
export function readNpz(bytes: Buffer): Record<string, NpzArray> {
  const arrays: Record<string, NpzArray> = {};
  const directory = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  let at = bytes.readUInt32LE(directory + 16);
  for (let left = bytes.readUInt16LE(directory + 10); left > 0; left--) {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [nameLength, extra] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30)];
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(start, start + packed);
    arrays[name.replace(/\.npy$/, "")] = readNpy(method === 0 ? body : inflateRawSync(body));
    at += 46 + nameLength + extra + bytes.readUInt16LE(at + 32);
  }
  return arrays;
}

function readNpy(bytes: Buffer): NpzArray {
  const headerStart = bytes[6] === 1 ? 10 : 12;
  const headerLength = bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const header = bytes.toString("latin1", headerStart, headerStart + headerLength);
  if (header.includes("'fortran_order': True"))
    throw new Error("this small reader reads rows first");
  const type = /'descr': '[<|](\w\d)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .flatMap((part) => (part.trim() ? [Number(part)] : []));
  const body = bytes.subarray(headerStart + headerLength);
  const count = shape.reduce((product, length) => product * length, 1);
  const read: Record<string, (i: number) => number> = {
    b1: (i) => body[i]!,
    u1: (i) => body[i]!,
    i1: (i) => body.readInt8(i),
    i4: (i) => body.readInt32LE(4 * i),
    i8: (i) => Number(body.readBigInt64LE(8 * i)),
    f4: (i) => body.readFloatLE(4 * i),
    f8: (i) => body.readDoubleLE(8 * i),
  };
  const get = read[type ?? ""];
  if (!get) throw new Error(`this small reader knows no ${header}`);
  return { shape, data: Float64Array.from({ length: count }, (_, i) => get(i)) };
}
