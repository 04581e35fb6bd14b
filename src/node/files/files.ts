import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, resolve, sep } from "node:path";
import { StriateError, messageOf } from "../../base/errors.ts";

/** A file that is to be written: its path, within a folder where one is given, and its content. */
export interface OutputFile {
  path: string;
  bytes: Uint8Array | string;
}

/** Node reads no larger file in one piece; larger arrays would not fit beside their copies anyway. */
export const maxBytes = 2 ** 31 - 1;

/**
 * Reads a whole file, after a look at what it is and how large.
 *
 * @throws StriateError when it is missing, a folder, too large or cannot be read
 */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  const found = await regularFile(path);
  if (found.size > maxBytes)
    throw new StriateError(
      `${path}: is ${(found.size / 2 ** 30).toFixed(1)} GB large; at most 2 GB can be read`,
    );
  try {
    return await readFile(path);
  } catch (error) {
    throw new StriateError(`${path}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

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
export async function readSibling(folder: string, path: string): Promise<Uint8Array> {
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
  if (!real.startsWith((await realpath(folder)) + sep)) throw outside;
  return readFileBytes(target);
}

/**
 * Writes a file in one piece: beside its place first, and then renamed, so that whoever finds the
 * file finds it whole, and a full disk leaves the old one as it was.
 *
 * @throws StriateError when it cannot be written
 */
export function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  return writeFilesAtomic([{ path, bytes }]);
}

/**
 * Writes files that belong together: none takes its place before all of them are on the disk.
 *
 * @throws StriateError when one cannot be written
 */
export async function writeFilesAtomic(files: readonly OutputFile[]): Promise<void> {
  const parts = files.map(({ path }) => `${path}.${randomUUID().slice(0, 8)}.part`);
  let current = "";
  try {
    for (const [i, { path, bytes }] of files.entries()) {
      current = path;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(parts[i]!, bytes, { flush: true });
    }
    for (const [i, { path }] of files.entries()) {
      current = path;
      await rename(parts[i]!, path);
    }
  } catch (error) {
    for (const part of parts) await rm(part, { force: true }).catch(() => undefined);
    throw new StriateError(`${current}: cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Writes files into a folder, all or none: they are written into a folder beside it first. Files of
 * the same names are replaced, others stay.
 *
 * @throws StriateError when a path leads out of the folder, or a file cannot be written
 */
export async function writeFolder(folder: string, files: readonly OutputFile[]): Promise<void> {
  for (const { path } of files)
    if (isAbsolute(path) || normalize(path).split(sep).includes(".."))
      throw new StriateError(`${folder}: "${path}" would be written outside of the folder`);
  const target = resolve(folder);
  let beside: string | undefined;
  try {
    await mkdir(dirname(target), { recursive: true });
    beside = await mkdtemp(`${target}.part-`);
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(beside, path)), { recursive: true });
      await writeFile(join(beside, path), bytes);
    }
    for (const { path } of files) {
      await mkdir(dirname(join(target, path)), { recursive: true });
      await rename(join(beside, path), join(target, path));
    }
  } catch (error) {
    throw new StriateError(`${folder}: cannot be written: ${reasonOf(error)}`, { cause: error });
  } finally {
    if (beside) await rm(beside, { recursive: true, force: true });
  }
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
    ENOTDIR: "a part of the path is no folder",
    EEXIST: "a file of that name is there",
    ENAMETOOLONG: "the name is too long",
    ELOOP: "links lead in a circle",
    EMFILE: "too many files are open",
    EDQUOT: "the disk quota is used up; make room, or write elsewhere",
  };
  return (typeof code === "string" && words[code]) || messageOf(error);
}
