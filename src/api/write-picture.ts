import { platform } from "#platform";
import type { Picture } from "../plot/picture.ts";
import { type AnimationOptions, encodeAnimation } from "../plot/png/apng.ts";
import { type PngOptions, encodePng } from "../plot/png/encode-png.ts";
import type { Raster } from "../plot/raster.ts";
import { toSvg } from "../plot/svg.ts";

/**
 * A picture (or pixels) as the bytes of a PNG file: `new Blob([await toPng(picture)])` in a page.
 *
 * @throws StriateError when the picture has no pixels or too many
 */
export const toPng = (image: Picture | Raster, options: PngOptions = {}): Promise<Uint8Array> =>
  encodePng(image, platform, options);

/**
 * Pictures of one size as the bytes of an animated PNG.
 *
 * @throws StriateError when they are of different sizes, or none
 */
export const toAnimation = (
  pictures: readonly Picture[],
  options: AnimationOptions = {},
): Promise<Uint8Array> => encodeAnimation(pictures, platform, options);

/**
 * Writes a picture as a PNG file, in one piece: whoever finds the file finds it whole. A page offers it
 * as a download.
 *
 * @throws StriateError when the file cannot be written
 */
export async function writePng(
  path: string,
  picture: Picture,
  options: PngOptions = {},
): Promise<void> {
  await platform.saveFiles([{ path, bytes: await toPng(picture, options) }]);
}

/** Writes a picture as an SVG file, whose text stays text, in the way of {@link writePng}. */
export async function writeSvg(path: string, picture: Picture): Promise<void> {
  await platform.saveFiles([{ path, bytes: toSvg(picture) }]);
}
