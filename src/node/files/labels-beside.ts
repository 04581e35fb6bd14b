import { dirname } from "node:path";
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
 * The class names in a file beside a model file, as Teachable Machine puts a `labels.txt` there;
 * undefined where there is none (a pipe and a link out of the folder are none), or not one name for each
 * class.
 */
export async function labelsBeside(file: string, network: Network): Promise<string[] | undefined> {
  const head = findHead(network);
  if (head?.classes === undefined) return undefined;
  for (const name of names) {
    const bytes = await readSibling(dirname(file), name, maxBytes).catch(() => undefined);
    const labels = bytes && parseLabels(new TextDecoder().decode(bytes));
    // Names for one number make a classifier of it.
    if (labels && labels.length > 1 && findHead(network, labels)?.classes === labels.length)
      return labels;
  }
  return undefined;
}
