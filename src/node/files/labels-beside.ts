import { dirname } from "node:path";
import { parseLabels } from "../../data/labels.ts";
import { findHead } from "../../model/head.ts";
import type { Network } from "../../model/network.ts";
import { readSibling } from "./files.ts";

/** Longer files are no lists of names. */
const maxBytes = 1_000_000;

/**
 * The class names in a `labels.txt` beside a model file, as Teachable Machine puts them there;
 * undefined where there is none (a pipe and a link out of the folder are none), or not one name for each
 * class.
 */
export async function labelsBeside(file: string, network: Network): Promise<string[] | undefined> {
  const classes = findHead(network)?.classes ?? 0;
  if (classes < 2) return undefined;
  const bytes = await readSibling(dirname(file), "labels.txt", maxBytes).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const labels = parseLabels(new TextDecoder().decode(bytes));
  return labels.length === classes ? labels : undefined;
}
