import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, normalize, resolve, sep } from "node:path";
import { StriateError, messageOf } from "../../base/errors.ts";
import { formatByteSize } from "../../data/byte-size.ts";

/** Node reads no larger file in one piece; larger arrays would not fit beside their copies anyway. */
export const maxBytes = 2 ** 31 - 1;

/**
 * Reads a whole file, after a look at what it is and how large.
 *
 * @throws StriateError when it is missing, a folder, too large or cannot be read
 */
export async function readFileBytes(path: string, most = maxBytes): Promise<Uint8Array> {
  const found = await regularFile(path);
  if (found.size > most)
    throw new StriateError(
      `${path}: is ${formatByteSize(found.size)} large; at most ${formatByteSize(most + 1)} can be read`,
    );
  try {
    return await readFile(path);
  } catch (error) {
    throw new StriateError(`${path}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** The text of a file; undefined where there is none, or what is there is no file that can be read. */
export const maybeReadText = (path: string): Promise<string | undefined> =>
  readFileBytes(path).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );

/** What is at a path, which has to be a file. @throws StriateError when it is something else */
export async function regularFile(path: string) {
  const found = await statOf(path);
  if (found.isDirectory()) throw new StriateError(`${path}: expected a file, got a folder`);
  if (!found.isFile()) throw new StriateError(`${path}: is no regular file`);
  return found;
}

/** What is at a path. @throws StriateError when nothing is, or it may not be looked at */
export async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    throw new StriateError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Reads a file that another file names, from the same folder.
 *
 * @throws StriateError when the path leads out of the folder, or nothing is there
 */
export async function readSibling(
  folder: string,
  path: string,
  most = maxBytes,
): Promise<Uint8Array> {
  const outside = new StriateError(
    `"${path}" leads out of the model's folder and is not read; put the file beside the model`,
  );
  const clean = normalize(path);
  if (isAbsolute(clean) || clean.split(sep).includes("..") || path.includes("\0")) throw outside;
  const target = resolve(folder, clean);
  let real: string;
  try {
    real = await realpath(target);
  } catch (error) {
    throw new StriateError(`"${path}" is missing beside the model`, { cause: error });
  }
  // A link inside the folder may lead out of it as well.
  if (!real.startsWith(join(await realpath(folder), sep))) throw outside;
  return readFileBytes(target, most);
}

/** Why the operating system refused, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  const words: Record<string, string> = {
    ENOENT: "no such file or folder",
    EACCES: "permission denied",
    EPERM: "permission denied",
    ENOSPC: "the disk is full; make room, or write elsewhere",
    EFBIG: "it is larger than files may be here (ulimit -f, or the disk's format); write elsewhere",
    EROFS: "the disk is read-only",
    EISDIR: "it is a folder",
    EBUSY: "it is in use",
    ENXIO: "nobody reads from this pipe",
    ENOTDIR: "a part of the path is no folder",
    EEXIST: "a file of that name is there",
    ENAMETOOLONG: "the name is too long",
    ELOOP: "links lead in a circle",
    EMFILE: "too many files are open",
    EDQUOT: "the disk quota is used up; make room, or write elsewhere",
  };
  return (typeof code === "string" && words[code]) || messageOf(error);
}
