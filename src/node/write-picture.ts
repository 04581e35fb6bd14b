import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { StriateError, messageOf } from "../base/errors.ts";
import type { Picture } from "../plot/picture.ts";
import { toSvg } from "../plot/svg.ts";
import { type PngOptions, encodePng } from "./encode-png.ts";

/**
 * Writes a picture as a PNG file. It is written beside `path` and then renamed: whoever finds the
 * file finds it whole.
 *
 * @throws StriateError when the file cannot be written
 */
export async function writePng(
  path: string,
  picture: Picture,
  options: PngOptions = {},
): Promise<void> {
  await writeWhole(path, await encodePng(picture, options));
}

/** Writes a picture as an SVG file, whose text stays text, in the way of {@link writePng}. */
export async function writeSvg(path: string, picture: Picture): Promise<void> {
  await writeWhole(path, toSvg(picture));
}

async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const beside = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new StriateError(`${path}: the picture could not be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
