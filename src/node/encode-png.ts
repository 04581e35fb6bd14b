import type { Mark, Picture } from "../plot/picture.ts";
import type { Raster } from "../plot/raster.ts";
import { type RasterizeOptions, rasterize } from "../plot/rasterize.ts";
import { hasGlyphs } from "../plot/text.ts";
import { encodeRaster } from "./encode-raster.ts";

export interface PngOptions {
  /** Pixels of the file per pixel of the picture; 1 by default, 2 for fine screens. */
  readonly scale?: number;
}

/**
 * A picture (or pixels) as the bytes of a PNG file. The same picture gives the same bytes; only
 * scripts that the bundled typeface lacks are drawn with the fonts of this computer.
 */
export async function encodePng(
  image: Picture | Raster,
  options: PngOptions = {},
): Promise<Uint8Array> {
  return pngEncoder()(image, options);
}

/**
 * Encodes pictures one after the other, as {@link encodePng} does, in the same memory: many large ones
 * do not leave more behind than the garbage collector notices.
 */
export function pngEncoder(): typeof encodePng {
  let canvas: Uint8Array | undefined;
  return async (image, options = {}) => {
    if ("data" in image) return encodeRaster(image);
    // What draws foreign scripts is native and loads the system's fonts: only where it is needed.
    const foreign: RasterizeOptions = hasForeignText(image.marks)
      ? { foreignText: (await import("./system-text.ts")).systemText }
      : {};
    const raster = rasterize(image, { ...options, ...foreign, ...(canvas && { canvas }) });
    if (raster.data.buffer !== canvas?.buffer) canvas = raster.data;
    return encodeRaster(raster);
  };
}

function hasForeignText(marks: readonly Mark[]): boolean {
  return marks.some((mark) => {
    if (mark.kind === "group") return hasForeignText(mark.marks);
    return mark.kind === "text" && !hasGlyphs(mark.text, mark.weight);
  });
}
