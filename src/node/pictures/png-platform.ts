import { finished } from "node:stream/promises";
import { promisify } from "node:util";
import { createDeflate, deflateSync } from "node:zlib";
import type { PngPlatform } from "../../plot/png/encode-png.ts";
import { pngBands, pngFile, pngLevel } from "../../plot/png/png-file.ts";
import type { Raster } from "../../plot/raster.ts";

const compression = { level: pngLevel, chunkSize: 1 << 20 };

/** zlib off the main thread, and the fonts of this computer where resvg is installed. */
export const pngPlatform: PngPlatform = {
  async deflate(pieces) {
    const stream = createDeflate(compression);
    const compressed: Uint8Array[] = [];
    stream.on("data", (piece: Uint8Array) => compressed.push(piece));
    const write = promisify((piece: Uint8Array, done: (error?: Error | null) => void) =>
      stream.write(piece, done),
    );
    const feed = async (): Promise<void> => {
      for (const piece of pieces) await write(piece);
      stream.end();
    };
    await Promise.all([feed(), finished(stream)]);
    return compressed;
  },
  async foreignText() {
    const { loadSystemText } = await import("./system-text.ts");
    return loadSystemText();
  },
};

/** Pixels as the bytes of a PNG file, at once. */
export function encodeRasterSync(raster: Raster): Uint8Array {
  const rows = Array.from(pngBands([raster]), (band) => band.slice());
  return pngFile(raster, [deflateSync(Buffer.concat(rows), compression)], true);
}
