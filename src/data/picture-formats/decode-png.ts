import { type DecodedPng, decode } from "fast-png";
import { StriateError, messageOf } from "../../base/errors.ts";
import { plainPng } from "./plain-png.ts";
import type { Pixels } from "./pixels.ts";

/**
 * Decodes a PNG to RGB bytes: grey and palettes become colours, of 16 bits the high byte stays, alpha
 * is dropped and not blended.
 *
 * @throws StriateError (without the file's name) when the file is cut off or damaged
 */
export function decodePng(bytes: Uint8Array): Pixels {
  let png: DecodedPng;
  try {
    png = decode(plainPng(bytes), { checkCrc: true });
  } catch (error) {
    if (error instanceof StriateError) throw error;
    throw new StriateError(
      `the PNG is cut off or damaged (${messageOf(error)}); get a whole copy of it`,
      { cause: error },
    );
  }
  const { width, height, palette, channels, transparency } = png;
  const samples = samplesOf(png);
  const data = new Uint8Array(width * height * 3);
  const isGrey = channels < 3;
  for (let i = 0, to = 0; to < data.length; i += channels) {
    const first = samples[i]!;
    const color = palette?.[first];
    data[to++] = color ? color[0]! : first;
    data[to++] = color ? color[1]! : isGrey ? first : samples[i + 1]!;
    data[to++] = color ? color[2]! : isGrey ? first : samples[i + 2]!;
  }
  const isSeeThrough = palette?.some((color) => color.length > 3) === true;
  const alpha = isSeeThrough || transparency !== undefined || channels === 2 || channels === 4;
  return { width, height, data, alpha };
}

/** One byte a sample: rows of less than 8 bits come packed, grey ones are stretched to 0..255. */
function samplesOf({
  width,
  height,
  data,
  depth,
  channels,
  palette,
}: DecodedPng): ArrayLike<number> {
  if (depth === 8) return data;
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const largest = 2 ** depth - 1;
  const scale = palette ? 1 : 255 / largest;
  const samples = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * rowBytes + (bit >> 3)]!;
      samples[to++] = ((byte >> (8 - depth - (bit & 7))) & largest) * scale;
    }
  return samples;
}
