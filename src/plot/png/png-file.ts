import { crc32 } from "../../base/crc32.ts";
import type { Raster } from "../raster.ts";

/** Compresses pieces, one after the other, into one zlib stream. A piece is good until the next is asked for. */
export type Deflate = (pieces: Iterable<Uint8Array>) => Promise<readonly Uint8Array[]>;

/**
 * Rows are not filtered, and deflate runs at level 3: measured on grids of feature maps (large even
 * areas, repeated rows), that is both the smallest and the fastest of all filters at levels 1 to 6.
 */
export const pngLevel = 3;

/** Bytes that are compressed at once: there is no second copy of a whole picture. */
const bandBytes = 1 << 20;

/**
 * The rows of strips, from the top, in bands: what is compressed, each row after its filter type (0,
 * none). A band is good until the next one is asked for.
 */
export function* pngBands(strips: Iterable<Raster>): Generator<Uint8Array> {
  let band = new Uint8Array(0);
  for (const { width, height, channels, data } of strips) {
    const row = width * channels;
    const step = Math.min(Math.ceil(bandBytes / row), height);
    if (band.length < (row + 1) * step) band = new Uint8Array((row + 1) * step);
    for (let top = 0; top < height; top += step) {
      const rows = Math.min(step, height - top);
      for (let y = 0; y < rows; y++)
        band.set(data.subarray((top + y) * row, (top + y + 1) * row), y * (row + 1) + 1);
      yield band.subarray(0, (row + 1) * rows);
    }
  }
}

/**
 * A raster as the bytes of a PNG file.
 *
 * @param compressed the bands of its rows as a zlib stream, in pieces
 * @see Portable Network Graphics (third edition), W3C
 */
export function pngFile(
  raster: Omit<Raster, "data">,
  compressed: readonly Uint8Array[],
): Uint8Array {
  const { width, height, channels, palette } = raster;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, palette ? 3 : { 1: 0, 3: 2, 4: 6 }[channels]);
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    ...chunk("IHDR", [new Uint8Array(header.buffer)]),
    ...(palette ? chunk("PLTE", [palette]) : []),
    ...chunk("IDAT", compressed),
    ...chunk("IEND", []),
  ]);
}

/** Length, name, bytes, and the check sum over name and bytes. */
function chunk(name: string, bytes: readonly Uint8Array[]): Uint8Array[] {
  const head = Uint8Array.from(`\0\0\0\0${name}`, (letter) => letter.charCodeAt(0));
  new DataView(head.buffer).setUint32(0, lengthOf(bytes));
  const end = new Uint8Array(4);
  const sum = bytes.reduce((before, part) => crc32(part, before), crc32(head.subarray(4)));
  new DataView(end.buffer).setUint32(0, sum);
  return [head, ...bytes, end];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const lengthOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);
