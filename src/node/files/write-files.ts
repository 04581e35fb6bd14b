import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, resolve, sep } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { reasonOf } from "./files.ts";
import {
  type Content,
  type OutputPlace,
  fill,
  outputPlace,
  settle,
  writeThrough,
} from "./output-place.ts";
import { clearParts, partName } from "./parts.ts";

/** A file that is to be written: its path, within a folder where one is given, and its content. */
export interface OutputFile {
  path: string;
  bytes: Uint8Array | string;
}

/** The same, whose content may be made while it is written. */
export interface NamedContent {
  readonly path: string;
  readonly bytes: Content;
}

/**
 * Writes a file in one piece: beside its place first, and then renamed, so that whoever finds the
 * file finds it whole, and a full disk leaves the old one as it was. Links are followed, mode and owner of
 * an old file are kept; a pipe or a device is written to.
 *
 * @throws StriateError when it cannot be written
 */
export function writeFileAtomic(path: string, bytes: Content): Promise<void> {
  return writeFilesAtomic([{ path, bytes }]);
}

/**
 * Writes files that belong together: none takes its place before all of them are on the disk.
 *
 * @throws StriateError when one cannot be written
 */
export async function writeFilesAtomic(files: readonly NamedContent[]): Promise<void> {
  const staged: Staged[] = [];
  const made: { folder: string; top: string }[] = [];
  let current = "";
  try {
    for (const { path, bytes } of files) {
      current = path;
      const folder = resolve(dirname(path));
      const top = await mkdir(folder, { recursive: true });
      if (top !== undefined) made.push({ folder, top });
      const place = await outputPlace(path);
      await clearParts(dirname(place.path), basename(place.path));
      const stage = { path, bytes, place, part: partName(place.path) };
      staged.push(stage);
      await put(stage);
    }
    for (const stage of staged) {
      current = stage.path;
      await take(stage);
    }
  } catch (error) {
    for (const { part } of staged)
      if (part !== undefined) await rm(part, { force: true }).catch(() => undefined);
    for (const { folder, top } of made) await removeEmpty(folder, top);
    throw refusal(current, error);
  }
}

interface Staged {
  path: string;
  bytes: Content;
  place: OutputPlace;
  /** The file beside its place; none where the place is written to as it is. */
  part: string | undefined;
}

/** Writes a file beside its place, if it is to be renamed. */
async function put(stage: Staged): Promise<void> {
  if (stage.place.kind === "through") stage.part = undefined;
  if (stage.part === undefined) return;
  try {
    await writeFile(stage.part, stage.bytes, { flush: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A file that may be written in a folder that may not.
    const closed = code === "EACCES" || code === "EPERM" || code === "EROFS";
    if (!closed || stage.place.kind !== "file") throw error;
    stage.part = undefined;
  }
}

async function take({ place, bytes, part }: Staged): Promise<void> {
  if (place.kind === "through") await writeThrough(place.path, bytes);
  else if (part === undefined) await fill(place.path, bytes);
  else {
    await settle(part, place);
    await rm(part, { force: true });
  }
}

/** The folder within a folder that is written; hidden, and gone when all is done. */
const stagingName = ".striate";

/**
 * Writes files into a folder, all or none: they are written into a folder within it first, so that it may
 * be a mount point, or lie where nothing else can be written. Files of the same names are replaced, others
 * stay.
 *
 * @throws StriateError when a path leads out of the folder, or a file cannot be written
 */
export async function writeFolder(folder: string, files: readonly NamedContent[]): Promise<void> {
  for (const { path } of files)
    if (isAbsolute(path) || normalize(path).split(sep).includes(".."))
      throw new StriateError(`${folder}: "${path}" would be written outside of the folder`);
  const target = resolve(folder);
  const staging = join(target, partName(stagingName));
  let made: string | undefined;
  let whole = false;
  try {
    made = await mkdir(target, { recursive: true });
    await clearParts(target, stagingName);
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(staging, path)), { recursive: true });
      await writeFile(join(staging, path), bytes);
    }
    for (const { path, bytes } of files) {
      const at = join(target, path);
      await mkdir(dirname(at), { recursive: true });
      const place = await outputPlace(at);
      await take({ path, bytes, place, part: join(staging, path) });
    }
    whole = true;
  } catch (error) {
    throw refusal(folder, error);
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    if (!whole && made !== undefined) await removeEmpty(target, made);
  }
}

/** Removes the folders that were made, from the inmost one up to `top`, unless somebody uses them. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  try {
    for (let at = folder; at.startsWith(top); at = dirname(at)) await rmdir(at);
  } catch {
    // One that is not empty stays.
  }
}

/** What the system refuses, in words; what went wrong while the content was made is not about the file. */
function refusal(path: string, error: unknown): unknown {
  const isSystems = error instanceof Error && "code" in error && !(error instanceof StriateError);
  if (!isSystems) return error;
  return new StriateError(`${path}: cannot be written: ${reasonOf(error)}`, { cause: error });
}
