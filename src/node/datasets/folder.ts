import { closeSync, openSync, readSync } from "node:fs";
import { readFile, readdir, realpath, stat } from "node:fs/promises";
import { isUtf8 } from "node:buffer";
import { join, sep } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { isLitter } from "../../data/files/litter.ts";
import {
  type DataFile,
  type FileSet,
  maxDepth,
  maxPictureBytes,
} from "../../data/files/file-set.ts";
import { whereItWas } from "../files/where-it-was.ts";

/**
 * Lists a folder with all that is below it. Links are followed, each folder once. Names that are not UTF-8 are
 * read as any other, and told with their bytes: `caf\xe9.jpg`.
 *
 * @throws StriateError when the folder cannot be read
 */
export async function openFolder(root: string): Promise<FileSet> {
  const files: DataFile[] = [];
  const folders: string[] = [];
  /** Where each file lies, in the bytes of the system. */
  const places: Buffer[] = [];
  const visited = new Set<string>();
  const walk = async (here: Buffer, path: string, depth: number): Promise<void> => {
    const real = (await realpath(here, "buffer")).toString("latin1");
    if (visited.has(real)) return;
    visited.add(real);
    if (depth > maxDepth)
      throw new StriateError(`${join(root, path)}: folders are nested more than ${maxDepth} deep`);
    if (path !== "") folders.push(path);
    for (const bytes of await readdir(here, { encoding: "buffer" })) {
      const name = textOfName(bytes);
      if (isLitter(name)) continue;
      const inner = path === "" ? name : `${path}/${name}`;
      const place = Buffer.concat([here, Buffer.from(sep), bytes]);
      // A link that leads nowhere is passed over.
      const found = await stat(place).catch(() => undefined);
      if (found?.isDirectory()) await walk(place, inner, depth + 1);
      else if (found?.isFile()) {
        files.push({ path: inner, size: found.size });
        places.push(place);
      }
    }
  };
  await walk(Buffer.from(root), "", 0);
  return {
    name: root,
    files,
    folders,
    head(index, count) {
      let file: number | undefined;
      try {
        file = openSync(places[index]!, "r");
        // bounded: the first bytes of a file, which its reader knows
        const bytes = new Uint8Array(count);
        return bytes.subarray(0, readSync(file, bytes, 0, count, 0));
      } catch {
        return new Uint8Array(0);
      } finally {
        if (file !== undefined) closeSync(file);
      }
    },
    async read(index) {
      const { size } = files[index]!;
      if (size > maxPictureBytes)
        throw new StriateError(`is ${size} bytes large, more than any picture`);
      return whereItWas(() => readFile(places[index]!));
    },
    close: () => Promise.resolve(),
  };
}

/** A file's name as text; bytes that are no UTF-8 as `\xe9`, so that no two names are one. */
const textOfName = (bytes: Buffer): string =>
  isUtf8(bytes)
    ? bytes.toString("utf8")
    : bytes
        .toString("latin1")
        .replace(/[\u0080-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
