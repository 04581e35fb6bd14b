import { StriateError } from "../base/errors.ts";
import type { FormatDefinition } from "./format.ts";
import { formats } from "./index.ts";

/**
 * The kind of model file that a path asks for.
 * @throws StriateError naming the endings that can be written
 */
export function checkEnding(path: string): FormatDefinition {
  const ending = /\.[^./\\]*$/.exec(path)?.[0].toLowerCase() ?? "";
  const format = formats.find(({ extensions, write }) => write && extensions.includes(ending));
  if (format) return format;
  const known = formats.flatMap(({ extensions, write }) => (write ? extensions : []));
  throw new StriateError(`${path}: is of no kind that can be written; use ${known.join(", ")}`);
}
