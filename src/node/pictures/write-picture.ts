import type { Picture } from "../../plot/picture.ts";
import { toSvg } from "../../plot/svg.ts";
import { type PngOptions, encodePng } from "./encode-png.ts";
import { writeFileAtomic } from "../files/write-files.ts";

/**
 * Writes a picture as a PNG file, in one piece: whoever finds the file finds it whole.
 *
 * @throws StriateError when the file cannot be written
 */
export async function writePng(
  path: string,
  picture: Picture,
  options: PngOptions = {},
): Promise<void> {
  await writeFileAtomic(path, await encodePng(picture, options));
}

/** Writes a picture as an SVG file, whose text stays text, in the way of {@link writePng}. */
export async function writeSvg(path: string, picture: Picture): Promise<void> {
  await writeFileAtomic(path, toSvg(picture));
}
