import { open, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { maybeReadText } from "./files.ts";
import type { NamedContent } from "./write-files.ts";

/** What every file has in it, near its beginning or end, that striate writes of a kind that can hold it. */
const mark = "striate";
/** Bytes at each end of a file that are looked at. */
const ends = 1 << 20;

/**
 * Refuses to replace files that striate did not write: they bear no mark of it, and hold something else than
 * what is to be written.
 *
 * @throws StriateError naming the first one
 */
export async function refuseForeign(files: readonly NamedContent[]): Promise<void> {
  for (const { path, bytes } of files)
    if (!(await mayReplace(path, bytes)))
      throw new StriateError(
        `${path}: is there already, and striate did not write it; give another name, or --force to replace it`,
      );
}

/**
 * The same for the files of a folder, where a report of striate's names those that it wrote.
 *
 * @param report the name of the report, a JSON file
 */
export async function refuseForeignIn(
  folder: string,
  files: readonly NamedContent[],
  report: string,
): Promise<void> {
  const told = (await maybeReadText(join(folder, report))) ?? "";
  const ours = told.includes(`"${mark}"`) ? told : "";
  const others = files.filter(
    ({ path }) => ours === "" || (path !== report && !ours.includes(JSON.stringify(path))),
  );
  await refuseForeign(others.map(({ path, bytes }) => ({ path: join(folder, path), bytes })));
}

/** Whether a file is there that bears striate's mark. */
export async function isOurs(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && (await bearsMark(path, found.size));
}

async function mayReplace(path: string, bytes: NamedContent["bytes"]): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  // What cannot be seen, and what is no file, is told by whoever writes there.
  if (!found?.isFile() || found.size === 0) return true;
  if (await bearsMark(path, found.size)) return true;
  // The pieces of a TF.js model belong to the file that names them.
  if (/\.bin$/.test(path) && (await isOurs(join(dirname(path), "model.json")))) return true;
  // An array that no archive has room for is called by its result, `embed-vectors.npy`, and cannot bear a mark.
  const result = /^(.*)-[^-]+\.npy$/.exec(path)?.[1];
  if (result !== undefined && (await isOurs(`${result}.json`))) return true;
  const isWhole = typeof bytes === "string" || bytes instanceof Uint8Array;
  return isWhole && bytes.length > 0 && Buffer.from(bytes).equals(await readFile(path));
}

async function bearsMark(path: string, size: number): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const length = Math.min(ends, size);
    for (const from of [0, size - length]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
      if (buffer.subarray(0, bytesRead).includes(mark)) return true;
    }
    return false;
  } finally {
    await file.close();
  }
}
