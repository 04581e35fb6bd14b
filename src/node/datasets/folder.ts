import { closeSync, openSync, readSync } from "node:fs";
import { readFile, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { isLitter } from "../../data/litter.ts";
import { type DataFile, type FileSet, maxDepth, maxPictureBytes } from "../../data/file-set.ts";

/**
 * Lists a folder with all that is below it. Links are followed, each folder once.
 *
 * @throws StriateError when the folder cannot be read
 */
export async function openFolder(root: string): Promise<FileSet> {
  const files: DataFile[] = [];
  const folders: string[] = [];
  const visited = new Set<string>();
  const walk = async (path: string, depth: number): Promise<void> => {
    const here = join(root, path);
    const real = await realpath(here);
    if (visited.has(real)) return;
    visited.add(real);
    if (depth > maxDepth)
      throw new StriateError(`${here}: folders are nested more than ${maxDepth} deep`);
    if (path !== "") folders.push(path);
    for (const { name } of await readdir(here, { withFileTypes: true })) {
      const inner = path === "" ? name : `${path}/${name}`;
      if (isLitter(name)) continue;
      // A link that leads nowhere is passed over.
      const found = await stat(join(root, inner)).catch(() => undefined);
      if (found?.isDirectory()) await walk(inner, depth + 1);
      else if (found?.isFile()) files.push({ path: inner, size: found.size });
    }
  };
  await walk("", 0);
  return {
    name: root,
    files,
    folders,
    head(index, count) {
      let file: number | undefined;
      try {
        file = openSync(join(root, files[index]!.path), "r");
        const bytes = new Uint8Array(count);
        return bytes.subarray(0, readSync(file, bytes, 0, count, 0));
      } catch {
        return new Uint8Array(0);
      } finally {
        if (file !== undefined) closeSync(file);
      }
    },
    async read(index) {
      const { path, size } = files[index]!;
      if (size > maxPictureBytes)
        throw new StriateError(`is ${size} bytes large, more than any picture`);
      return readFile(join(root, path));
    },
    close: () => Promise.resolve(),
  };
}
