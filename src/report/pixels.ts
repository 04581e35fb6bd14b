import type { Raster } from "../plot/raster.ts";

/**
 * Red, green and blue of a picture as differences from what their neighbours let one expect, which deflate
 * packs to three quarters of what it makes of the bytes. The guess is the median of left, above, and left +
 * above - corner.
 *
 * Source: Weinberger, Seroussi and Sapiro, "The LOCO-I lossless image compression algorithm" (JPEG-LS), 2000.
 */
export function encodePixels({ data, width }: Pick<Raster, "data" | "width">): Uint8Array {
  const out = new Uint8Array(data.length);
  const row = width * channels;
  for (let start = 0; start < data.length; start += row)
    for (let x = 0; x < row; x++) out[start + x] = data[start + x]! - guess(data, start, x, row);
  return out;
}

/** The pixels, in place of what `encodePixels` made of them. */
export function decodePixels(encoded: Uint8Array, width: number): Uint8Array {
  const row = width * channels;
  for (let start = 0; start < encoded.length; start += row)
    for (let x = 0; x < row; x++)
      encoded[start + x] = encoded[start + x]! + guess(encoded, start, x, row);
  return encoded;
}

const channels = 3;

function guess(values: Uint8Array, start: number, x: number, row: number): number {
  const at = start + x;
  if (start === 0) return x < channels ? 0 : values[at - channels]!;
  const above = values[at - row]!;
  if (x < channels) return above;
  const left = values[at - channels]!;
  const corner = values[at - row - channels]!;
  const low = Math.min(left, above);
  const high = Math.max(left, above);
  return corner >= high ? low : corner <= low ? high : left + above - corner;
}
