import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** One number for all that was written of a data set or a folder of photos, but for the run itself. */
export function hashOfRun(out: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
    .filter((name) => !name.startsWith("run/"));
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(out, name)));
  return hash.digest("hex");
}
