import { basename, dirname, join } from "node:path";
import { naming } from "../../base/errors.ts";
import { checkEnding } from "../../formats/check-ending.ts";
import type { OpenedModel } from "../../formats/format.ts";
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
  const files = await naming(path, () => format.writer.write(model, basename(path)));
  await writeFilesAtomic(
    files.map((file) => ({ path: join(dirname(path), file.path), bytes: file.bytes })),
  );
}
