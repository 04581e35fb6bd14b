import { joinBytes, lengthOf } from "../../base/join-bytes.ts";
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

/** What a file says of who made it, so that a later run knows its own files. */
const software = Uint8Array.from("Software\0striate", (letter) => letter.charCodeAt(0));

/**
 * A raster as the bytes of a PNG file.
 *
 * @param compressed the bands of its rows as a zlib stream, in pieces
 * @param signed whether it says that striate made it
 * @see Portable Network Graphics (third edition), W3C
 */
export function pngFile(
  raster: Omit<Raster, "data">,
  compressed: readonly Uint8Array[],
  signed = false,
): Uint8Array {
  return joinBytes([
    ...opening(raster),
    ...(signed ? chunk("tEXt", [software]) : []),
    ...chunk("IDAT", compressed),
    ...chunk("IEND", []),
  ]);
}

/** The signature, the header and the palette. */
function opening({ width, height, channels, palette }: Omit<Raster, "data">): Uint8Array[] {
  const header = numbers([
    [4, width],
    [4, height],
    [1, 8],
    [1, palette ? 3 : { 1: 0, 3: 2, 4: 6 }[channels]],
    [3, 0],
  ]);
  return [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    ...chunk("IHDR", [header]),
    ...(palette ? chunk("PLTE", [palette]) : []),
  ];
}

/** A frame of an animation: its rows as in {@link pngFile}, and how long it stands, in milliseconds. */
export interface PngFrame {
  readonly compressed: readonly Uint8Array[];
  readonly delay: number;
}

/**
 * Frames of one size as the bytes of an animated PNG. What stands where there are no animations is the last
 * frame, which is not the first of the animation: it has its own chunk.
 */
export function animatedPng(
  raster: Omit<Raster, "data" | "palette">,
  frames: readonly PngFrame[],
): Uint8Array {
  const { width, height } = raster;
  let sequence = 0;
  const frame = ({ compressed, delay }: PngFrame): Uint8Array[] => [
    ...chunk("fcTL", [
      numbers([
        [4, sequence++],
        [4, width],
        [4, height],
        [4, 0],
        [4, 0],
        [2, Math.min(65535, Math.round(delay))],
        [2, 1000],
        // The whole frame replaces the one before.
        [2, 0],
      ]),
    ]),
    ...chunk("fdAT", [numbers([[4, sequence++]]), ...compressed]),
  ];
  return joinBytes([
    ...opening(raster),
    ...chunk("tEXt", [software]),
    ...chunk("acTL", [
      numbers([
        [4, frames.length],
        [4, 0],
      ]),
    ]),
    ...chunk("IDAT", frames.at(-1)?.compressed ?? []),
    ...frames.flatMap(frame),
    ...chunk("IEND", []),
  ]);
}

/** Numbers of so many bytes, the highest byte first. */
function numbers(parts: readonly (readonly [bytes: number, value: number])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap(([bytes, value]) =>
      // bounded: four bytes at most
      Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 255),
    ),
  );
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
