import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { StriateError } from "../base/errors.ts";
import type { Image } from "../data/image.ts";
import { type ReadImageOptions, readImage } from "../api/read-image.ts";

/**
 * Reads a photo that is to be looked at. A picture of one pixel is a picture, but whatever a network
 * makes of it are flat maps that say nothing: better to say that at once.
 */
export async function readPhoto(path: string, options: ReadImageOptions): Promise<Image> {
  const image = await readImage(path, options);
  if (image.width * image.height === 1)
    throw new StriateError(
      `${path}: is one single pixel, there is nothing to see in it; give a photo`,
    );
  return image;
}

/** Pictures and tensors, by the ending of their names. */
const endings = /\.(jpe?g|png|webp|gif|tiff?|avif|bmp|ico|npy|npz)$/i;

/** The files of photos and of folders of photos, in the order given and by name. */
export async function photoFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch(() => undefined);
    if (!entry?.isDirectory()) {
      found.push(path);
      continue;
    }
    const names = (await readdir(path)).filter((name) => endings.test(name)).sort();
    if (names.length === 0)
      throw new StriateError(`${path}: a folder without pictures (.jpg, .png and others)`);
    found.push(...names.map((name) => join(path, name)));
  }
  return found;
}
