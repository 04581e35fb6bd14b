import { basename, dirname, join } from "node:path";
import { parseLabels } from "../../data/labels/labels.ts";
import { findHead } from "../../model/head/head.ts";
import type { Network } from "../../model/network.ts";
import { readSibling } from "./files.ts";

/** Longer files are no lists of names. */
const maxBytes = 1_000_000;

/** What files of class names are called beside a model, the surest first. */
const names = [
  ...["labels.txt", "labels.csv", "labels.json", "labels.yaml", "labels.yml", "labels.pbtxt"],
  ...["label_map.pbtxt", "class_indices.json", "class_names.txt", "classes.txt"],
];

/**
 * The class names in a file beside a model file, as Teachable Machine puts a `labels.txt` there, of a
 * SavedModel also among its assets and beside its folder; undefined where there is none (a pipe and a link out
 * of the folder are none), or not one name for each class.
 */
export async function labelsBeside(file: string, network: Network): Promise<string[] | undefined> {
  const head = findHead(network);
  if (head?.classes === undefined) return undefined;
  for (const folder of foldersOf(file))
    for (const name of names) {
      const text = await textBeside(folder, name);
      const labels = text === undefined ? undefined : parseLabels(text);
      // Names for one number make a classifier of it.
      if (labels && labels.length > 1 && findHead(network, labels)?.classes === labels.length)
        return labels;
    }
  return undefined;
}

/** What Teachable Machine calls the models that it exports. */
const teachableNames = /^(keras_model\.h5|model_unquant\.tflite)$|^model\.savedmodel$/;

/**
 * Whether a model is one that Teachable Machine exported: by its name, and by a `labels.txt` beside it that
 * counts its classes, `0 Cat`. Photos go into it as x / 127.5 - 1, of which the file says nothing.
 */
export async function isTeachable(file: string): Promise<boolean> {
  const folder = isSavedModel(file) ? dirname(file) : file;
  if (!teachableNames.test(basename(folder))) return false;
  const text = (await textBeside(dirname(folder), "labels.txt")) ?? "";
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every((line, i) => line.startsWith(`${i} `));
}

const isSavedModel = (file: string): boolean => basename(file) === "saved_model.pb";

const foldersOf = (file: string): string[] => {
  const folder = dirname(file);
  return isSavedModel(file) ? [folder, join(folder, "assets"), dirname(folder)] : [folder];
};

const textBeside = (folder: string, name: string): Promise<string | undefined> =>
  readSibling(folder, name, maxBytes).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );
