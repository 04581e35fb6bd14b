import { platform } from "#platform";
import { StriateError } from "../base/errors.ts";
import type { ModelSource, OpenedModel, ReadModelOptions } from "../formats/format.ts";
import { readModel } from "../formats/read-model.ts";
import {
  type AnyFile,
  type FileSource,
  isFile,
  readBlob,
  sortFile,
  wrongArgument,
} from "./sources.ts";

/** A model file, or the files of a model that has several: a TF.js folder, a SavedModel. */
export type ModelFiles = AnyFile | Iterable<FileSource>;

/** The files of a folder that say what the model is, the surest first. */
const mainFiles = ["model.json", "saved_model.pb", "config.json"];

/**
 * Opens a model, wherever it is. The content decides what it is, not the name.
 *
 * @throws StriateError in one sentence that names the file: it is missing, no model, damaged, or has
 * a part that cannot be run
 */
export async function openModel(
  source: ModelFiles,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  const sorted = sortFile(source);
  if (sorted?.kind === "path") return platform.openModel(sorted.path, options);
  const from = sorted ? await sourceOf(sorted) : fromFiles(source);
  const opened = await readModel(await from, options);
  opened.network.origin.file = (await from).name;
  return opened;
}

async function sourceOf(
  sorted: Exclude<ReturnType<typeof sortFile>, undefined>,
): Promise<ModelSource> {
  switch (sorted.kind) {
    case "url":
      return platform.fetchModel(sorted.url);
    case "bytes":
      return alone("the model", sorted.bytes);
    case "blob": {
      const { blob, name = "the model" } = sorted;
      return alone(name, await readBlob(blob, name));
    }
    case "path":
      throw new StriateError(`${sorted.path}: is no open file`);
  }
}

const alone = (name: string, bytes: Uint8Array): ModelSource => ({
  name,
  bytes,
  sibling: (path) =>
    Promise.reject(
      new StriateError(`"${path}" belongs to the model; give it too: loadModel([file, weights])`),
    ),
});

/** A model in several files: the one that says what it is, and the others by their paths beside it. */
async function fromFiles(source: unknown): Promise<ModelSource> {
  const files =
    typeof source === "object" && source !== null && Symbol.iterator in source
      ? [...(source as Iterable<unknown>)]
      : [];
  if (files.length === 0 || !files.every(isAnyFile))
    return wrongArgument(
      "loadModel",
      "a path, a URL, the bytes of a file, a Blob, a File, or a list of Files",
      source,
    );
  const paths = new Map(files.map((file) => [file.webkitRelativePath || file.name, file]));
  const main = mainOf([...paths.keys()]);
  const folder = main.slice(0, main.length - nameOf(main).length);
  return {
    name: main,
    bytes: await readBlob(paths.get(main)!, main),
    sibling: async (path) => {
      const file = paths.get(`${folder}${path}`) ?? paths.get(nameOf(path));
      if (file === undefined)
        throw new StriateError(
          `"${path}" is missing; give it with the model's other files (there are ${[...paths.keys()].slice(0, 6).join(", ")})`,
        );
      return readBlob(file, path);
    },
  };
}

const isAnyFile = (value: unknown): value is FileSource =>
  typeof value === "object" &&
  value !== null &&
  sortFile(value)?.kind === "blob" &&
  isFile(value as FileSource);

const nameOf = (path: string): string => path.replace(/^.*\//, "");

/** The file that says what the model is: the one of a known name nearest to the top, or the only one. */
function mainOf(paths: readonly string[]): string {
  const depth = (path: string) => path.split("/").length;
  for (const name of mainFiles) {
    const found = paths.filter((path) => nameOf(path) === name);
    if (found.length > 0) return found.sort((a, b) => depth(a) - depth(b))[0]!;
  }
  if (paths.length === 1) return paths[0]!;
  const models = paths.filter((path) => /\.(h5|hdf5|keras|onnx|tflite|pb|json)$/i.test(path));
  if (models.length === 1) return models[0]!;
  throw new StriateError(
    `expected one model among the files, got ${paths.slice(0, 6).join(", ")}${paths.length > 6 ? ", ..." : ""}; give one model file, or a folder with a ${mainFiles.slice(0, 2).join(" or a ")}`,
  );
}
