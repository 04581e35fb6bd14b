import { dirname } from "node:path";
import type { OpenedModel, ReadModelOptions } from "../../formats/format.ts";
import { readModel } from "../../formats/read-model.ts";
import { openFileBytes } from "./file-bytes.ts";
import { readSibling, statOf } from "./files.ts";
import { isTeachable, labelsBeside } from "./labels-beside.ts";
import { modelInFolder } from "./model-in-folder.ts";

/**
 * Opens a model file, or a folder with one model in it, from disk. The content decides what it is, not
 * the name.
 *
 * @throws StriateError in one sentence that names the file: it is missing, no model, damaged, or has
 * a part that cannot be run
 */
export async function openModelFile(
  path: string,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  const found = await statOf(path);
  const file = found.isDirectory() ? await modelInFolder(path) : path;
  const opened = await readOpened(path, file, options);
  opened.network.origin.file = path;
  const { network } = opened;
  network.labels ??= await labelsBeside(file, network);
  if (!network.preprocessing && (await isTeachable(file))) {
    network.preprocessing = { scale: "-1..1" };
    const words = "exported by Teachable Machine, as its names say: photos go in as x / 127.5 - 1";
    network.assumptions = [...(network.assumptions ?? []), words];
  }
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
