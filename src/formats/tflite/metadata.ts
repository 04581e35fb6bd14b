import { parseLabels } from "../../data/labels.ts";
import { findHead } from "../../model/head.ts";
import type { Network } from "../../model/network.ts";
import { readZip } from "../zip.ts";
import { FlatTable } from "./flat-table.ts";
import { realRange } from "./quantise.ts";
import type { TfliteModel } from "./schema.ts";

/** Scalings by the smallest and largest number that a pixel can become. */
const scales: readonly (readonly [low: number, high: number, scale: string])[] = [
  [0, 1, "0..1"],
  [-1, 1, "-1..1"],
  [0, 255, "none"],
];
/** The end of a zip lies within so many bytes of the file's end. */
const ZIP_END = 65_557;
/** Longer files are no lists of names. */
const LONGEST_LABELS = 1_000_000;

/**
 * What a TFLite file says of its classes and of how a photo is prepared: its metadata, or the range of
 * the codes that go in; and the names of the classes in a zip that is appended to it.
 *
 * @see https://www.tensorflow.org/lite/models/convert/metadata
 */
export async function readTfliteMetadata(
  model: TfliteModel,
  network: Network,
  bytes: Uint8Array,
): Promise<Pick<Network, "labels" | "preprocessing">> {
  const range = codedRange(model) ?? normalisedRange(model);
  const scale = range && scaleOf(range);
  const labels = await labelsBehind(network, bytes);
  return { ...(labels ? { labels } : {}), ...(scale ? { preprocessing: { scale } } : {}) };
}

/** The first input's range, of its codes. */
function codedRange({ inputs, tensors }: TfliteModel): [number, number] | undefined {
  const x = tensors[inputs[0]?.tensor ?? -1];
  return x && realRange(x);
}

/** What the metadata's mean and deviation make of 0..255; with one for each channel, undefined. */
function normalisedRange({ metadata }: TfliteModel): [number, number] | undefined {
  const bytes = metadata.get("TFLITE_METADATA");
  if (!bytes || bytes.length === 0) return undefined;
  const NORMALIZATION = 1;
  const [input] = FlatTable.root(bytes).tables(3)[0]?.tables(2) ?? [];
  const unit = input?.tables(4).find((each) => each.byte(0) === NORMALIZATION);
  const options = unit?.table(1);
  const [means, deviations] = [options?.reals(0) ?? [], options?.reals(1) ?? []];
  const [mean, deviation] = [means[0], deviations[0]];
  const isOne = means.every((m) => m === mean) && deviations.every((d) => d === deviation);
  return isOne && mean !== undefined && deviation
    ? [-mean / deviation, (255 - mean) / deviation]
    : undefined;
}

/** Codes were fitted to the pictures of a sample, and seldom meet the limits to the last bit. */
const scaleOf = ([low, high]: [number, number]): string | undefined =>
  scales.find(([a, b]) => Math.max(Math.abs(low - a), Math.abs(high - b)) < 0.02 * (b - a))?.[2];

async function labelsBehind(network: Network, bytes: Uint8Array): Promise<string[] | undefined> {
  const classes = findHead(network)?.classes ?? 0;
  const end = new TextDecoder("latin1").decode(bytes.subarray(-ZIP_END));
  if (classes < 2 || !end.includes("PK\x05\x06")) return undefined;
  try {
    for (const [name, member] of await readZip(bytes, "metadata")) {
      if (!/label[^/]*\.txt$/i.test(name) || member.size > LONGEST_LABELS) continue;
      const labels = parseLabels(new TextDecoder().decode(await member.read()));
      if (labels.length === classes) return labels;
    }
  } catch {
    // The network does not need them.
  }
  return undefined;
}
