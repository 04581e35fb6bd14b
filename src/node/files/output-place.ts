import { constants } from "node:fs";
import {
  chmod,
  chown,
  copyFile,
  lstat,
  open,
  readlink,
  rename,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { StriateError } from "../../base/errors.ts";

/** What is written: all at once, or piece by piece. */
export type Content = Uint8Array | string | Pieces;

/** Pieces that are made while they are written, and anew whenever they are asked for. */
export type Pieces = AsyncIterable<string> | Iterable<Uint8Array>;

/**
 * Where a file that is written goes:
 *
 * - `new`: nothing is there;
 * - `file`: an old one is replaced, which gives its mode and owner to the new one;
 * - `through`: a pipe or a device like `/dev/null`, which is written to and stays what it is.
 */
export type OutputPlace =
  | { readonly kind: "new"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly kind: "through"; readonly path: string };

/** Longer chains of links lead in a circle. */
const mostLinks = 40;

/**
 * Finds out what is at a path that is to be written. Links are followed, also where they lead to nothing yet.
 *
 * @throws StriateError for a folder, a disk or a socket; the system's error where it may not be looked at
 */
export async function outputPlace(path: string): Promise<OutputPlace> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isFIFO() || found?.isCharacterDevice()) return { kind: "through", path };
  if (found?.isDirectory())
    throw new StriateError(`${path}: cannot be written: it is a folder; give the name of a file`);
  if (found && !found.isFile())
    throw new StriateError(
      `${path}: cannot be written: it is ${found.isBlockDevice() ? "a disk" : "a socket"}; give the name of a file`,
    );
  // What a shell has opened has a name there that cannot be replaced.
  if (found && /^\/(dev\/(fd|std)|proc\/)/.test(resolve(path))) return { kind: "through", path };
  const target = await followLinks(path);
  if (!found) return { kind: "new", path: target };
  const { mode, uid, gid } = found;
  return { kind: "file", path: target, mode: mode & 0o7777, uid, gid };
}

/** The path behind links. Only its last part is looked at: the system follows the others by itself. */
async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < mostLinks; links++) {
    const found = await lstat(target).catch(() => undefined);
    if (!found?.isSymbolicLink()) return target;
    target = resolve(dirname(target), await readlink(target));
  }
  throw new StriateError(`${path}: cannot be written: links lead in a circle`);
}

/**
 * Puts a file that was written beside its place into it. Where a place cannot be renamed to, as it is a
 * mount point or lies on another disk, it is filled instead.
 */
export async function settle(part: string, place: OutputPlace): Promise<void> {
  if (place.kind === "file") {
    // Not everybody may give a file away; its mode comes last, since a new owner takes bits of it away.
    await chown(part, place.uid, place.gid).catch(() => undefined);
    await chmod(part, place.mode);
  }
  try {
    await rename(part, place.path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EBUSY" && code !== "EXDEV") throw error;
    await copyFile(part, place.path);
  }
}

/** Writes into what is there, and cuts off what it had beyond that. */
export async function fill(path: string, bytes: Content): Promise<void> {
  await writeFile(path, bytes, { flag: "w" });
}

/** Writes to a pipe or device. A pipe that nobody reads is refused, as a writer would wait for ever. */
export async function writeThrough(path: string, bytes: Content): Promise<void> {
  const probe = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    await writeFile(path, bytes, { flag: constants.O_WRONLY as never });
  } finally {
    await probe.close();
  }
}
