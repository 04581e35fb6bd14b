import type { Mark, Picture } from "../../plot/picture.ts";
import type { Raster } from "../../plot/raster.ts";
import { type RasterizeOptions, rasterSize, rasterizeStrips } from "../../plot/rasterize.ts";
import { hasGlyphs } from "../../plot/text.ts";
import { encodeRaster, encodeStrips } from "./encode-raster.ts";

/** Bytes of a picture that are drawn before they are compressed. */
const stripBytes = 1 << 20;

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
  if ("data" in image) return encodeRaster(image);
  // What draws foreign scripts is native and loads the system's fonts: only where it is needed.
  const foreign: RasterizeOptions = hasForeignText(image.marks)
    ? { foreignText: (await import("./system-text.ts")).systemText }
    : {};
  const size = rasterSize(image, options.scale);
  const strips = rasterizeStrips(image, { ...options, ...foreign, stripBytes });
  return encodeStrips({ ...size, channels: 3 }, strips);
}

function hasForeignText(marks: readonly Mark[]): boolean {
  return marks.some((mark) => {
    if (mark.kind === "group") return hasForeignText(mark.marks);
    return mark.kind === "text" && !hasGlyphs(mark.text, mark.weight);
  });
}
