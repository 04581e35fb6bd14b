import { randomUUID } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { markText, ownMark, parseMark, standingOf } from "./process-mark.ts";

/** After so many milliseconds a part is nobody's, whose process cannot be seen from here. */
const hour = 3_600_000;

/** The name of a file or folder that is not whole yet; it says which process is at it. */
export const partName = (name: string): string =>
  `${name}.${markText(ownMark())}-${randomUUID().slice(0, 8)}.part`;

/** Removes the parts of a name that processes left which were killed. */
export async function clearParts(folder: string, name: string): Promise<void> {
  for (const found of await readdir(folder).catch(() => [] as string[]))
    if (found.startsWith(`${name}.`) && found.endsWith(".part")) {
      const path = join(folder, found);
      if (await isLeft(path, found.slice(name.length + 1, -".part".length)))
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
}

async function isLeft(path: string, text: string): Promise<boolean> {
  const mark = parseMark(text.replace(/-[0-9a-f]{8}$/, ""));
  if (mark === undefined) return false;
  const standing = standingOf(mark);
  if (standing !== "unknown") return standing === "dead";
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs > hour;
}
