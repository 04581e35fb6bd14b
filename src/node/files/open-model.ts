import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import type { OpenedModel, ReadModelOptions } from "../../formats/format.ts";
import { readModel } from "../../formats/read-model.ts";
import { fetchModel, isUrl } from "./fetch-model.ts";
import { openFileBytes } from "./file-bytes.ts";
import { readSibling, statOf } from "./files.ts";
import { labelsBeside } from "./labels-beside.ts";

/**
 * Opens a model file, or the folder of a TF.js model or SavedModel, from disk or from a web address.
 * The content decides what it is, not the name.
 *
 * @throws StriateError in one sentence that names the file: it is missing, no model, damaged, or has
 * a part that cannot be run
 */
export async function openModel(
  path: string,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  if (isUrl(path)) {
    const opened = await readModel(await fetchModel(path), options);
    opened.network.origin.file = path;
    return opened;
  }
  const found = await statOf(path);
  const file = found.isDirectory() ? modelInFolder(path) : path;
  const opened = await readOpened(path, file, options);
  opened.network.origin.file = path;
  opened.network.labels ??= await labelsBeside(file, opened.network);
  return opened;
}

/** Reads a model from a file that is open meanwhile. */
async function readOpened(
  name: string,
  file: string,
  options: ReadModelOptions,
): Promise<OpenedModel> {
  const bytes = await openFileBytes(file);
  const sibling = (other: string) => readSibling(dirname(file), other);
  try {
    return await readModel({ name, bytes, sibling }, options);
  } finally {
    bytes.close();
  }
}

/** The file of a folder that says what the model is. */
const folderFiles = ["model.json", "saved_model.pb", "config.json"];

function modelInFolder(folder: string): string {
  const name = folderFiles.find((candidate) => existsSync(join(folder, candidate)));
  if (name !== undefined) return join(folder, name);
  throw new StriateError(
    `${folder}: is a folder without a model in it; name a model file, or a folder with a model.json or a saved_model.pb`,
  );
}
