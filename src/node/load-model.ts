import { Model } from "../api/model.ts";
import type { ReadModelOptions } from "../formats/format.ts";
import { runtime } from "#runtime";
import type { SessionOptions } from "../runtime/runtime.ts";
import { nodeHost } from "./host.ts";
import { openModel } from "./files/open-model.ts";

/**
 * Opens a model file of any kind and makes it ready to run.
 *
 * @param path a file, or the folder of a TF.js model or SavedModel
 * @throws StriateError in one sentence that names the file when it is no model or cannot be run
 */
export async function loadModel(
  path: string,
  options: ReadModelOptions & SessionOptions = {},
): Promise<Model> {
  return new Model(await openModel(path, options), runtime, { ...nodeHost, ...options });
}
