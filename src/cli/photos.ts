import { pushAll } from "../base/extremes.ts";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { StriateError } from "../base/errors.ts";
import { globToRegExp } from "../base/names.ts";
import { isLitter } from "../data/files/litter.ts";
import { pictureFormats } from "../data/picture-formats/index.ts";
import type { Image } from "../data/pictures/image.ts";
import { type ReadImageOptions, readImage } from "../api/read-image.ts";
import { openFolder } from "../node/datasets/folder.ts";
import { fileNames } from "./file-names.ts";

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

/** A file that is to be looked at. */
export interface PhotoFile {
  readonly path: string;
  /** Its own name; of a folder of class folders with its folder: `dog/1.jpg`. */
  readonly file: string;
  /** What its pictures are called, no two alike: `dog/1`. */
  readonly name: string;
}

/**
 * The files of photos, of folders of photos and of globs, in the order given and by name. A folder that holds
 * no picture of its own is one of class folders, and is read with all that is in them, as a data set is.
 *
 * @param except a folder that is left out: that of the results
 * @throws StriateError where a folder or a glob has none
 */
export async function photoFiles(
  given: readonly string[],
  except?: string,
): Promise<readonly PhotoFile[]> {
  const found: { path: string; file: string }[] = [];
  for (const path of given) {
    const entry = await stat(path).catch(() => undefined);
    if (entry?.isDirectory()) pushAll(found, await picturesIn(path, except));
    else if (!entry && /[*?]/.test(basename(path))) pushAll(found, await filesLike(path));
    else found.push({ path, file: basename(path) });
  }
  const names = fileNames(
    found.map(({ file }) => file.slice(0, file.length - extname(file).length)),
  );
  return found.map((each, i) => ({ ...each, name: names[i]! }));
}

async function picturesIn(folder: string, except?: string) {
  // What is hidden is not meant: ._IMG_1.jpg is what macOS keeps of a photo on other disks.
  const names = (await readdir(folder)).filter((name) => !isLitter(name) && isNamedAsPicture(name));
  const files = names.length > 0 ? names.sort() : await picturesBelow(folder, except);
  if (files.length === 0)
    throw new StriateError(`${folder}: a folder without pictures (.jpg, .png and others)`);
  return files.map((file) => ({ path: join(folder, file), file }));
}

/** Those in the folders of a folder, folder by folder. */
async function picturesBelow(folder: string, except?: string): Promise<string[]> {
  const all = await openFolder(folder);
  const out =
    except === undefined ? undefined : `${relative(folder, except).replaceAll(sep, "/")}/`;
  return all.files
    .map(({ path }) => path)
    .filter((path) => isNamedAsPicture(path) && (out === undefined || !path.startsWith(out)))
    .sort();
}

/** A glob that no shell has filled in, because it was quoted or the shell knows none: `photos/*.jpg`. */
async function filesLike(glob: string) {
  const names = await readdir(dirname(glob)).catch(() => []);
  const like = globToRegExp(basename(glob));
  // As in a shell, what is hidden is not meant.
  const fitting = names.filter((name) => like.test(name) && !name.startsWith(".")).sort();
  if (fitting.length === 0) throw new StriateError(`${glob}: no file has a name like that`);
  return fitting.map((file) => ({ path: join(dirname(glob), file), file }));
}
