import { basename, dirname, extname, join } from "node:path";
import { StriateError, naming } from "../../base/errors.ts";
import type { FormatDefinition, OpenedModel } from "../../formats/format.ts";
import { formats } from "../../formats/index.ts";
import { writeFilesAtomic } from "./write-files.ts";

/**
 * Writes a model file; the ending of the path says of which kind. What a kind has in several files is
 * written beside its place first, and takes it when all of it is there.
 *
 * @throws StriateError when the ending is not known, the kind cannot hold the model, or the file cannot
 * be written
 */
export async function saveModel(path: string, model: OpenedModel): Promise<void> {
  const format = checkEnding(path);
  const files = await naming(path, () => format.write!(model, basename(path)));
  await writeFilesAtomic(
    files.map((file) => ({ path: join(dirname(path), file.path), bytes: file.bytes })),
  );
}

/**
 * The kind of model file that a path asks for.
 * @throws StriateError naming the endings that can be written
 */
export function checkEnding(path: string): FormatDefinition {
  const ending = extname(path).toLowerCase();
  const format = formats.find(({ extensions, write }) => write && extensions.includes(ending));
  if (format) return format;
  const known = formats.flatMap(({ extensions, write }) => (write ? extensions : []));
  throw new StriateError(`${path}: is of no kind that can be written; use ${known.join(", ")}`);
}
