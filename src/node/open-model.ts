import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { StriateError, naming } from "../base/errors.ts";
import { describeBytes } from "../formats/describe-bytes.ts";
import type { ModelSource, OpenedModel, ReadModelOptions } from "../formats/format.ts";
import { formats } from "../formats/index.ts";
import { readFileBytes, readSibling, statOf } from "./files.ts";

/**
 * Opens a model file, or the folder of a TF.js model. The content decides what it is, not the name.
 *
 * @throws StriateError in one sentence that names the file: it is missing, no model, damaged, or has
 * a part that cannot be run
 */
export async function openModel(
  path: string,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  const found = await statOf(path);
  const file = found.isDirectory() ? modelInFolder(path) : path;
  const source: ModelSource = {
    name: path,
    bytes: await readFileBytes(file),
    sibling: (name) => readSibling(dirname(file), name),
  };
  const opened = await naming(path, () => readModel(source, options));
  opened.network.origin.file = path;
  return opened;
}

/** Reads a model from bytes, whatever its format. */
async function readModel(source: ModelSource, options: ReadModelOptions): Promise<OpenedModel> {
  const format = formats.find((candidate) => candidate.match(source));
  if (format) return format.read(source, options);
  const titles = formats.map(({ title }) => title).join(", ");
  const words = describeBytes(source.bytes) ?? `is no kind of model that is known (${titles})`;
  throw new StriateError(words);
}

/** The file of a folder that says what the model is. */
const folderFiles = ["model.json", "saved_model.pb", "config.json"];

function modelInFolder(folder: string): string {
  const name = folderFiles.find((candidate) => existsSync(join(folder, candidate)));
  if (name !== undefined) return join(folder, name);
  throw new StriateError(
    `${folder}: is a folder without a model in it; name a model file, or a folder with a model.json`,
  );
}
