import { platform } from "#platform";
import { type OptionNames, knownOptions } from "../base/known-options.ts";
import type { ReadModelOptions } from "../formats/format.ts";
import type { SessionOptions } from "../runtime/runtime.ts";
import { modelHost } from "./host.ts";
import { Model } from "./model.ts";
import { type ModelFiles, openModel } from "./open-model.ts";

const optionNames: OptionNames<ReadModelOptions & SessionOptions> = {
  architecture: true,
  device: true,
  lean: true,
  optimize: true,
  replace: true,
  threads: true,
};

/**
 * Opens a model file of any kind and makes it ready to run.
 *
 * @param source a path (in a page: an address relative to it), an `http(s)` address or `URL`, the bytes
 * of a file, a `Blob` or `File`, or the `File`s of a model that has several; a path or address may be
 * the folder of a TF.js model, a path that of a SavedModel too
 * @throws StriateError in one sentence that names the file when it is no model or cannot be run
 */
export async function loadModel(
  source: ModelFiles,
  options: ReadModelOptions & SessionOptions = {},
): Promise<Model> {
  knownOptions("loadModel", options, optionNames);
  const opened = await openModel(source, options);
  return new Model(opened, platform.runtime, { ...modelHost, ...options });
}
