import { StriateError } from "../base/errors.ts";
import { joinBytes } from "../base/join-bytes.ts";
import { sizeOf } from "../base/shape.ts";
import { type NumericType, type Tensor, arrayFromBytes, bytesPerElement } from "../base/tensor.ts";
import { byteLengthOf, piecesOf } from "../base/tensor-pieces.ts";
import { transpose } from "../base/transpose.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's names of the types, less the byte order. */
export const numpyTypes: Readonly<Record<string, NumericType>> = {
  f2: "float16",
  f4: "float32",
  f8: "float64",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  b1: "bool",
};

/** Whether the bytes begin as a `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads a NumPy array of numbers; Fortran order is turned into row-major. Little-endian data that is
 * aligned is not copied.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param name of the file, for messages
 */
export function readNpy(bytes: Uint8Array, name = "array.npy"): Tensor {
  const refuse = (what: string): never => {
    throw new StriateError(`${name}: ${what}`);
  };
  if (!isNpy(bytes)) refuse("is no NumPy array (.npy)");
  if (bytes.length < 12) refuse("is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) refuse("is cut off");
  const header = new TextDecoder("utf-8").decode(bytes.subarray(start, start + length));
  const { descr, fortran, shape } = parseHeader(header) ?? refuse("has no readable header");
  const type = numpyTypes[descr.slice(1)] ?? refuse(`holds "${descr}", expected numbers`);
  const size = sizeOf(shape) * bytesPerElement(type);
  const data = bytes.subarray(start + length, start + length + size);
  if (!(data.length === size))
    refuse(`is cut off: its shape needs ${size} bytes, ${data.length} are there`);
  const ordered = descr.startsWith(">") ? swapped(data, bytesPerElement(type)) : data;
  if (!fortran) return { type, shape, data: arrayFromBytes(type, ordered) };
  const turned: Tensor = {
    type,
    shape: [...shape].reverse(),
    data: arrayFromBytes(type, ordered),
  };
  return transpose(
    turned,
    shape.map((_, axis) => shape.length - 1 - axis),
  );
}

/** Reads the literal that stands for a Python dictionary, without running anything. */
function parseHeader(
  text: string,
): { descr: string; fortran: boolean; shape: number[] } | undefined {
  const descr = /'descr'\s*:\s*'([<>|=][a-zA-Z]\d+)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const lengths = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || lengths === undefined) return undefined;
  const shape = lengths
    .split(",")
    .map((length) => length.trim())
    .filter((length) => length !== "")
    .map((length) => Number.parseInt(length, 10));
  return { descr, fortran: fortran === "True", shape };
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const result = bytes.slice();
  for (let at = 0; at < result.length; at += width) result.subarray(at, at + width).reverse();
  return result;
}

/** The bytes of a `.npy` file (version 1.0, row-major, little-endian). */
export const writeNpy = (value: Tensor): Uint8Array => joinBytes([...npyPieces(value)]);

/** The same as a header and the numbers where they lie; made anew each time that it is gone through. */
export function npyPieces(value: Tensor): Iterable<Uint8Array> & { readonly byteLength: number } {
  const found = Object.entries(numpyTypes).find(([, type]) => type === value.type);
  if (found === undefined) throw new StriateError(`NumPy has no type for ${value.type}`);
  const [code] = found;
  const order = bytesPerElement(value.type) === 1 ? "|" : "<";
  const lengths = value.shape.join(", ") + (value.shape.length === 1 ? "," : "");
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${lengths}), }`;
  // The data begins at a multiple of 64, and the header ends with a newline.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const header = new Uint8Array(10 + padded.length);
  header.set([...magic, 1, 0, padded.length & 255, padded.length >> 8]);
  header.set(new TextEncoder().encode(padded), 10);
  return {
    byteLength: header.length + byteLengthOf(value),
    *[Symbol.iterator]() {
      yield header;
      yield* piecesOf(value);
    },
  };
}
