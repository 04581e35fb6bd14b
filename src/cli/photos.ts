import { pushAll } from "../base/extremes.ts";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { StriateError } from "../base/errors.ts";
import { globToRegExp } from "../base/names.ts";
import { pictureFormats } from "../data/picture-formats/index.ts";
import type { Image } from "../data/pictures/image.ts";
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

/**
 * Pictures and tensors, by the ending of their names: also those of pictures that are not read, so that each is
 * named and skipped, not passed over.
 */
const endings = [
  ...pictureFormats.flatMap(({ extensions }) => extensions),
  ...[".apng", ".npy", ".npz", ".jxl", ".jp2", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw"],
];
const isNamedAsPicture = (name: string) =>
  endings.some((ending) => name.toLowerCase().endsWith(ending));

/** The files of photos, of folders of photos and of globs, in the order given and by name. */
export async function photoFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch(() => undefined);
    if (entry?.isDirectory()) pushAll(found, await picturesIn(path));
    else if (!entry && /[*?]/.test(basename(path))) pushAll(found, await filesLike(path));
    else found.push(path);
  }
  return found;
}

async function picturesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  // What is hidden is not meant: ._IMG_1.jpg is what macOS keeps of a photo on other disks.
  const shown = entries.filter(({ name }) => !name.startsWith("."));
  const names = shown.map(({ name }) => name).filter(isNamedAsPicture);
  if (names.length > 0) return names.sort().map((name) => join(folder, name));
  const without = `${folder}: a folder without pictures (.jpg, .png and others)`;
  const inside = shown.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of inside.sort()) {
    const names = await readdir(join(folder, name)).catch(() => []);
    if (names.some(isNamedAsPicture))
      throw new StriateError(
        `${without}; its folders have some: name one, as ${join(folder, name)}`,
      );
  }
  throw new StriateError(without);
}

/** A glob that no shell has filled in, because it was quoted or the shell knows none: `photos/*.jpg`. */
async function filesLike(glob: string): Promise<string[]> {
  const names = await readdir(dirname(glob)).catch(() => []);
  const like = globToRegExp(basename(glob));
  // As in a shell, what is hidden is not meant.
  const fitting = names.filter((name) => like.test(name) && !name.startsWith(".")).sort();
  if (fitting.length === 0) throw new StriateError(`${glob}: no file has a name like that`);
  return fitting.map((name) => join(dirname(glob), name));
}
