import { platform } from "#platform";
import { StriateError } from "../base/errors.ts";
import { parseLabels } from "../data/labels/labels.ts";

/** No list of class names is longer. */
const mostBytes = 16 * 2 ** 20;

/**
 * Class names as the user gives them: `imagenet`, a file that is there, else a list with commas.
 *
 * @throws StriateError when the file is none of names
 */
export async function readLabels(given: string): Promise<string[]> {
  if (given === "imagenet")
    return [...(await import("../data/labels/imagenet-labels.ts")).imagenetLabels];
  const bytes = await platform.maybeReadFile(given);
  if (bytes === undefined) return named(given, parseLabels(given), "a list such as cat,dog");
  const labels = bytes.length <= mostBytes ? parseLabels(new TextDecoder().decode(bytes)) : [];
  return named(given, labels, "a file with one name a line, or JSON with a list of labels");
}

function named(given: string, labels: string[], expected: string): string[] {
  const text = labels.every((label) => label.length <= 500 && !/[\u0000-\u0008]/.test(label));
  if (labels.length >= 2 && text) return labels;
  throw new StriateError(
    `labels "${given}": expected ${expected}, a file of these, or the word imagenet`,
  );
}
