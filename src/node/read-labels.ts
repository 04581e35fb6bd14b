import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { StriateError } from "../base/errors.ts";
import { parseLabels } from "../data/labels.ts";

/** Class names as the user gives them: a file that is there, else a list with commas. */
export async function readLabels(given: string): Promise<string[]> {
  const labels = parseLabels(existsSync(given) ? await readFile(given, "utf8") : given);
  if (labels.length < 2)
    throw new StriateError(
      `labels "${given}": expected a list such as cat,dog or a file with one name a line`,
    );
  return labels;
}
