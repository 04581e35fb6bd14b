import { finished } from "node:stream/promises";
import { promisify } from "node:util";
import { crc32, createDeflate, deflateSync } from "node:zlib";
import type { Raster } from "../../plot/raster.ts";

/**
 * Rows are not filtered, and deflate runs at level 3: measured on grids of feature maps (large even
 * areas, repeated rows), that is both the smallest and the fastest of all filters at levels 1 to 6.
 */
const compression = { level: 3, chunkSize: 1 << 20 };
/** Bytes that are compressed at once: there is no second copy of a whole picture. */
const bandBytes = 1 << 20;

/**
 * A raster as the bytes of a PNG file; compressed off the main thread. The same raster gives the
 * same bytes (with the same Node).
 *
 * Source: Portable Network Graphics (third edition), W3C.
 */
export function encodeRaster(raster: Raster): Promise<Uint8Array> {
  return encodeStrips(raster, [raster]);
}

/**
 * {@link encodeRaster} of a raster in strips of rows, from the top. Each is compressed before the next
 * one is asked for.
 */
export async function encodeStrips(
  whole: Omit<Raster, "data">,
  strips: Iterable<Raster>,
): Promise<Uint8Array> {
  const deflate = createDeflate(compression);
  const pieces: Uint8Array[] = [];
  deflate.on("data", (piece: Uint8Array) => pieces.push(piece));
  const write = promisify((band: Uint8Array, done: (error?: Error | null) => void) =>
    deflate.write(band, done),
  );
  const feed = async (): Promise<void> => {
    for (const band of bands(strips)) await write(band);
    deflate.end();
  };
  await Promise.all([feed(), finished(deflate)]);
  return pngFile(whole, pieces);
}

/** As {@link encodeRaster}, at once. */
export function encodeRasterSync(raster: Raster): Uint8Array {
  const rows = Array.from(bands([raster]), (band) => band.slice());
  return pngFile(raster, [deflateSync(Buffer.concat(rows), compression)]);
}

/** The rows of strips in bands, each row after its filter type: 0, none. A band is good until the next. */
function* bands(strips: Iterable<Raster>): Generator<Uint8Array> {
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

/** @param compressed the rows, in pieces */
function pngFile(raster: Omit<Raster, "data">, compressed: readonly Uint8Array[]): Uint8Array {
  const { width, height, channels, palette } = raster;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, palette ? 3 : { 1: 0, 3: 2, 4: 6 }[channels]);
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    ...chunk("IHDR", [new Uint8Array(header.buffer)]),
    ...(palette ? chunk("PLTE", [palette]) : []),
    ...chunk("IDAT", compressed),
    ...chunk("IEND", []),
  ]);
}

/** Length, name, bytes, and the check sum over name and bytes. */
function chunk(name: string, bytes: readonly Uint8Array[]): Uint8Array[] {
  const head = Buffer.from(`    ${name}`, "latin1");
  head.writeUInt32BE(bytes.reduce((sum, { length }) => sum + length, 0));
  const end = Buffer.alloc(4);
  end.writeUInt32BE(bytes.reduce((sum, part) => crc32(part, sum), crc32(head.subarray(4))));
  return [head, ...bytes, end];
}
