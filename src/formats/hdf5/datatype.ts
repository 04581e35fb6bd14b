import type { NumericType } from "../../base/tensor.ts";
import { type Cursor, damaged } from "./cursor.ts";

/** How the elements of a dataset or attribute lie in the file. */
export type Datatype =
  | { kind: "number"; size: number; type: NumericType; littleEndian: boolean }
  | { kind: "text"; size: number; padding: TextPadding }
  /** Text of any length, in the global heap. */
  | { kind: "variable-text"; size: number }
  | { kind: "other"; size: number; what: string };
export type TextPadding = "zero-ended" | "zeros" | "blanks";

const classes = [
  "integers",
  "floats",
  "times",
  "texts",
  "bit fields",
  "opaque data",
  "compounds",
  "references",
  "enumerations",
  "variable-length lists",
  "arrays",
];

/**
 * Reads a datatype message.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.d
 */
export function readDatatype(body: Cursor, depth = 0): Datatype {
  if (depth > 8) damaged("a datatype is nested without end");
  const classAndVersion = body.u8();
  const bits = body.u8() | (body.u8() << 8) | (body.u8() << 16);
  const size = body.u32();
  const name = classes[classAndVersion & 15] ?? "an unknown kind of data";
  const littleEndian = (bits & 1) === 0;
  const other: Datatype = { kind: "other", size, what: name };
  switch (name) {
    case "integers": {
      const type = `${bits & 8 ? "int" : "uint"}${size * 8}` as NumericType;
      // Of bits that fill the element: fewer would need padding to be taken off.
      const isPlain = body.u16() === 0 && body.u16() === size * 8;
      return isPlain && [1, 2, 4, 8].includes(size)
        ? { kind: "number", size, type, littleEndian }
        : other;
    }
    case "floats": {
      const isPlain = body.u16() === 0 && body.u16() === size * 8;
      body.skip(1); // where the exponent lies
      const exponentBits = body.u8();
      const mantissa = body.u8() === 0 ? body.u8() : NaN;
      const isIeee =
        isPlain &&
        (bits & 64) === 0 && // else a VAX's byte order
        mantissa === size * 8 - 1 - exponentBits &&
        body.u32() === 2 ** (exponentBits - 1) - 1;
      const type = isIeee ? ieee[`${size}/${exponentBits}`] : undefined;
      return type ? { kind: "number", size, type, littleEndian } : other;
    }
    case "texts": {
      const padding = (["zero-ended", "zeros", "blanks"] as const)[bits & 15] ?? "zeros";
      return { kind: "text", size, padding };
    }
    case "variable-length lists":
      return (bits & 15) === 1 ? { kind: "variable-text", size } : other;
    case "enumerations":
      // The names do not matter: h5py writes booleans as an enumeration over int8.
      return readDatatype(body, depth + 1);
    case "opaque data":
      return { kind: "other", size, what: name };
    default:
      return other;
  }
}

/** Floating-point types by size in bytes and bits of the exponent. */
const ieee: Record<string, NumericType> = {
  "2/5": "float16",
  "2/8": "bfloat16",
  "4/8": "float32",
  "8/11": "float64",
};
