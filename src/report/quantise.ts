import type { Range } from "../plot/range.ts";

/** The code of the highest value, and that of a value that is not finite. */
export const highCode = 254;
export const notFiniteCode = 255;

/**
 * Values as bytes: `low` is 0, `high` is 254, the nearest step between them; what is not finite is 255. A map
 * takes a quarter of its memory so, and a value is at most half of {@link stepOf} off.
 *
 * @param range the lowest and the highest finite value; undefined where there is none
 * @param from the first of `values` that is taken
 * @param count how many are taken
 */
export function quantise(
  values: Float32Array,
  range: Range | undefined,
  from = 0,
  count = values.length - from,
): Uint8Array {
  const codes = new Uint8Array(count);
  const { low, high } = range ?? { low: 0, high: 0 };
  const scale = high > low ? highCode / (high - low) : 0;
  for (let i = 0; i < count; i++) {
    const value = values[from + i]!;
    codes[i] =
      value - value === 0 ? Math.max(0, Math.min(highCode, (value - low) * scale + 0.5)) : 255;
  }
  return codes;
}

/** The value of a code; NaN for one that is not finite. The ends are exact. */
export function valueOf(code: number, { low, high }: Range): number {
  if (code === notFiniteCode) return NaN;
  return code === highCode ? high : low + (code * (high - low)) / highCode;
}

/** How far the values of two neighbouring codes are apart. */
export const stepOf = ({ low, high }: Range): number => (high - low) / highCode;
