import { join } from "node:path";
import { refuseForeign } from "./may-replace.ts";
import { type NamedContent, writeFileAtomic, writeFolder } from "./write-files.ts";

// What commands write. A result replaces what striate wrote before; another's file only by --force.

/**
 * Writes the files of a folder, all or none ({@link writeFolder}).
 *
 * @throws StriateError where one of them would replace what striate did not write
 */
export async function replaceInFolder(
  folder: string,
  files: readonly NamedContent[],
  { force }: { force: boolean },
): Promise<void> {
  if (!force)
    await refuseForeign(files.map(({ path, bytes }) => ({ path: join(folder, path), bytes })));
  await writeFolder(folder, files);
}

/** Asks before the work is done, and not after it. @throws StriateError where a file is another's */
export async function mayReplaceFile(path: string, { force }: { force: boolean }): Promise<void> {
  if (!force) await refuseForeign([{ path, bytes: "" }]);
}

/** {@link replaceInFolder} for one file. @throws StriateError */
export async function replaceFile(
  path: string,
  bytes: Uint8Array | string,
  { force }: { force: boolean },
): Promise<void> {
  if (!force) await refuseForeign([{ path, bytes }]);
  await writeFileAtomic(path, bytes);
}
