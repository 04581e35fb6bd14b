import { valueOf } from "striate";
import type { KeptFilters } from "./news.ts";

/**
 * A filter that reads red, green and blue, as a picture: grey is zero, its largest weight is full colour.
 *
 * @returns red, green and blue of each pixel
 */
export function colorFilter(bank: KeptFilters, filter: number): Uint8Array {
  const plane = bank.height * bank.width;
  const range = rangeOf(bank, filter);
  const pixels = new Uint8Array(plane * 3);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < plane; i++) {
      const value = valueOf(bank.codes[(filter * 3 + c) * plane + i]!, range);
      pixels[i * 3 + c] = Math.round(127.5 + (range.high > 0 ? (127.5 * value) / range.high : 0));
    }
  return pixels;
}

/**
 * A filter as the pixels of a canvas: in its own colours, or what it weighs one of the maps before it with.
 *
 * @param channel the map before it; undefined for a filter that reads red, green and blue
 * @param table 256 colours, of which the middle one is zero
 */
export function filterPixels(
  bank: KeptFilters,
  filter: number,
  channel: number | undefined,
  table: Uint8Array | undefined,
): Uint8ClampedArray<ArrayBuffer> {
  const plane = bank.height * bank.width;
  const pixels = new Uint8ClampedArray(4 * plane).fill(255);
  const colors = channel === undefined ? colorFilter(bank, filter) : undefined;
  const from = (filter * bank.channels + (channel ?? 0)) * plane;
  for (let i = 0; i < plane; i++) {
    // 254 is the code of the highest value, and 127 that of zero.
    const color = 3 * Math.min(255, Math.round((bank.codes[from + i]! * 255) / 254));
    pixels.set(
      colors?.subarray(3 * i, 3 * i + 3) ?? table?.subarray(color, color + 3) ?? [],
      4 * i,
    );
  }
  return pixels;
}

const rangeOf = ({ lows, highs }: KeptFilters, filter: number) => ({
  low: lows[filter]!,
  high: highs[filter]!,
});
