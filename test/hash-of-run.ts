import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** One number for all that a view wrote of a data set, but for the run itself. */
export function hashOfRun(out: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(out).filter((each) => each !== "run");
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(out, name)));
  return hash.digest("hex");
}
