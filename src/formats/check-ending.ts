import { StriateError } from "../base/errors.ts";
import type { FormatDefinition, FormatWriter } from "./format.ts";
import { formats } from "./index.ts";

/** A kind of file that can be written. */
export type WritableFormat = FormatDefinition & { writer: FormatWriter };

const writable = formats.filter((format): format is WritableFormat => format.writer !== undefined);

/** The kind of file that is written under this name; undefined where there is none. */
export function formatFor(path: string): WritableFormat | undefined {
  const name = path.replace(/^.*[/\\]/, "");
  const isWhole = ({ writer }: WritableFormat) => writer.answers.includes(name);
  const ends = ({ writer }: WritableFormat) =>
    writer.answers.some((ending) => ending.startsWith(".") && name.toLowerCase().endsWith(ending));
  return writable.find(isWhole) ?? writable.find(ends);
}

/** What can be written, for messages. */
export const targets: readonly string[] = writable.flatMap(
  ({ writer }) => writer.label ?? writer.answers,
);

/**
 * The kind of model file that a path asks for: one that can be read again and run.
 * @throws StriateError naming the endings that can be written
 */
export function checkEnding(path: string): WritableFormat {
  const format = formatFor(path);
  if (format?.writer.runs) return format;
  const known = writable
    .filter(({ writer }) => writer.runs)
    .flatMap(({ writer }) => writer.answers);
  throw new StriateError(`${path}: is of no kind that can be written; use ${known.join(", ")}`);
}
