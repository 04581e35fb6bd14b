import { quantise, valueOf } from "striate";

/** Planes of numbers as bytes, a range each: `low` is 0, `high` is 254, 255 is no finite number. */
export interface Codes {
  readonly codes: Uint8Array;
  readonly lows: Float32Array;
  readonly highs: Float32Array;
}

/** Numbers as bytes: as many for each range. */
export function coded(
  values: Float32Array,
  ranges: readonly { readonly low: number; readonly high: number }[],
): Codes {
  const each = values.length / ranges.length;
  const codes = new Uint8Array(values.length);
  ranges.forEach((range, i) => codes.set(quantise(values, range, i * each, each), i * each));
  return {
    codes,
    lows: Float32Array.from(ranges, ({ low }) => low),
    highs: Float32Array.from(ranges, ({ high }) => high),
  };
}

/** The numbers again, as near as a byte a number is. */
export function decoded({ codes, lows, highs }: Codes): Float32Array<ArrayBuffer> {
  const each = codes.length / lows.length;
  const values = new Float32Array(codes.length);
  for (const [i, low] of lows.entries()) {
    const range = { low, high: highs[i]! };
    const table = Float32Array.from({ length: 256 }, (_, code) => valueOf(code, range));
    for (let at = i * each; at < (i + 1) * each; at++) values[at] = table[codes[at]!]!;
  }
  return values;
}
