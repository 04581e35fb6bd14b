import type { Mark, Picture } from "../picture.ts";
import type { Raster } from "../raster.ts";
import { type RasterizeOptions, rasterSize, rasterizeStrips } from "../rasterize.ts";
import { hasGlyphs } from "../text.ts";
import { type Deflate, pngBands, pngFile } from "./png-file.ts";

/** Bytes of a picture that are drawn before they are compressed. */
const stripBytes = 1 << 20;

export interface PngOptions {
  /** Pixels of the file per pixel of the picture; 1 by default, 2 for fine screens. */
  readonly scale?: number;
}

/** What a platform gives to the writing of PNG files. */
export interface PngPlatform {
  readonly deflate: Deflate;
  /** Loads what draws the scripts that the bundled typeface lacks; only where it is needed. */
  foreignText?(): Promise<RasterizeOptions["foreignText"]>;
}

/**
 * A picture (or pixels) as the bytes of a PNG file. The same picture gives the same bytes on the same
 * platform, and the same pixels on any; only scripts that the bundled typeface lacks are drawn with the
 * fonts of this computer.
 */
export async function encodePng(
  image: Picture | Raster,
  platform: PngPlatform,
  options: PngOptions = {},
): Promise<Uint8Array> {
  if ("data" in image) return pngFile(image, await platform.deflate(pngBands([image])), true);
  const foreignText = await foreignTextOf(image, platform);
  const size = rasterSize(image, options.scale);
  const strips = rasterizeStrips(image, { ...options, foreignText, stripBytes });
  return pngFile({ ...size, channels: 3 }, await platform.deflate(pngBands(strips)), true);
}

/** What draws the scripts that the bundled typeface lacks, where a picture has some. */
export async function foreignTextOf(
  { marks }: Picture,
  platform: PngPlatform,
): Promise<RasterizeOptions["foreignText"]> {
  return hasForeignText(marks) ? platform.foreignText?.() : undefined;
}

function hasForeignText(marks: readonly Mark[]): boolean {
  return marks.some((mark) => {
    if (mark.kind === "group") return hasForeignText(mark.marks);
    return mark.kind === "text" && !hasGlyphs(mark.text, mark.weight);
  });
}
