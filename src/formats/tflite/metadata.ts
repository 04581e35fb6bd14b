import { parseLabels } from "../../data/labels/labels.ts";
import { formulaOf, scaleOf } from "../../data/pictures/scale.ts";
import { findHead } from "../../model/head/head.ts";
import type { Network } from "../../model/network.ts";
import { readZip } from "../zip.ts";
import { FlatTable } from "./flat-table.ts";
import { type PixelCodes, pixelCodes } from "./quantise.ts";
import type { TfliteModel } from "./schema.ts";

/** The end of a zip lies within so many bytes of the file's end. */
const ZIP_END = 65_557;
/** Longer files are no lists of names. */
const LONGEST_LABELS = 1_000_000;

/**
 * What a TFLite file says of its classes and of how a photo is prepared: its metadata, or the codes
 * that go in; and the names of the classes in a zip that is appended to it.
 *
 * @see https://www.tensorflow.org/lite/models/convert/metadata
 */
export async function readTfliteMetadata(
  model: TfliteModel,
  network: Network,
  bytes: Uint8Array,
): Promise<Pick<Network, "labels" | "preprocessing">> {
  const scale = scaleIn(model);
  const labels = await labelsBehind(network, bytes);
  return { ...(labels ? { labels } : {}), ...(scale ? { preprocessing: { scale } } : {}) };
}

/**
 * The scaling of the first input. What the metadata say is done; a coded input without them, or with some
 * that its codes cannot say, gets the pixel for its code, as TFLite's own libraries do it.
 */
function scaleIn(model: TfliteModel): string | undefined {
  const x = model.tensors[model.inputs[0]?.tensor ?? -1];
  const codes = x && pixelCodes(x);
  const normal = normalisation(model);
  if (normal === undefined) return codes ? scaleOfCodes(codes) : x && scaleOfBytes(x);
  const { mean, deviation } = normal;
  if (codes) {
    const reach = (pixel: number) =>
      mean.map((m, i) => (pixel - m) / deviation[i]! / codes.scale + codes.zero);
    const isSaid = [...reach(0), ...reach(255)].every((code) => code > -3 && code < 258);
    if (!isSaid) return scaleOfCodes(codes);
  }
  return scaleOf(mean, deviation);
}

function scaleOfCodes({ zero, scale }: PixelCodes): string {
  const isUnit = zero === 0 && Math.abs(255 * scale - 1) < 1e-4;
  return isUnit ? "0..1" : zero === 0 && scale === 1 ? "none" : formulaOf([zero], "*", [scale]);
}

/** Bytes that are no codes of real numbers are the pixels themselves; those with a sign count from -128. */
const scaleOfBytes = ({ type }: TfliteModel["tensors"][number]): string | undefined =>
  type === "uint8" ? "none" : type === "int8" ? formulaOf([128], "*", [1]) : undefined;

/** The metadata's mean and deviation, one for each channel. */
function normalisation({
  metadata,
}: TfliteModel): { mean: number[]; deviation: number[] } | undefined {
  const bytes = metadata.get("TFLITE_METADATA");
  if (!bytes || bytes.length === 0) return undefined;
  const NORMALIZATION = 1;
  const [input] = FlatTable.root(bytes).tables(3)[0]?.tables(2) ?? [];
  const unit = input?.tables(4).find((each) => each.byte(0) === NORMALIZATION);
  const options = unit?.table(1);
  const [mean, deviation] = [options?.reals(0) ?? [], options?.reals(1) ?? []];
  const isList = ({ length }: number[]) => length === 1 || length === 3;
  if (!isList(mean) || !isList(deviation)) return undefined;
  if (deviation.some((value) => !(value > 0)) || !mean.every(Number.isFinite)) return undefined;
  const three = (values: number[]) => [0, 1, 2].map((i) => shortest(values[i % values.length]!));
  return { mean: three(mean), deviation: three(deviation) };
}

/** The shortest number that is the same in 32 bits: 123.675, not 123.67500305. */
function shortest(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

async function labelsBehind(network: Network, bytes: Uint8Array): Promise<string[] | undefined> {
  const classes = findHead(network)?.classes ?? 0;
  const fits = (labels: readonly string[]) =>
    labels.length > 1 && findHead(network, labels)?.classes === labels.length;
  const end = new TextDecoder("latin1").decode(bytes.subarray(-ZIP_END));
  if (classes < 1 || !end.includes("PK\x05\x06")) return undefined;
  try {
    const members = [...(await readZip(bytes, "metadata"))].filter(
      ([name, { size }]) => /\.txt$/i.test(name) && size <= LONGEST_LABELS,
    );
    // Whatever it is called, a list of as many names as there are classes is theirs.
    const isLabels = ([name]: readonly [string, unknown]) => Number(!/label[^/]*$/i.test(name));
    for (const [, member] of members.sort((a, b) => isLabels(a) - isLabels(b))) {
      const labels = parseLabels(new TextDecoder().decode(await member.read()));
      if (fits(labels)) return labels;
    }
  } catch {
    // The network does not need them.
  }
  return undefined;
}
