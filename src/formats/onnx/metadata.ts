import { maybeJson } from "../../base/parse-json.ts";
import { parseLabels } from "../../data/labels/labels.ts";
import { formulaOf, scaleOf } from "../../data/pictures/scale.ts";
import { History } from "../../model/history.ts";
import type { Network } from "../../model/network.ts";

type Known = Pick<Network, "labels" | "preprocessing" | "history">;

/** Our own keys. */
const LABELS = "striate.labels";
const PREPROCESSING = "striate.preprocessing";
const HISTORY = "striate.history";

/**
 * What the free text of an ONNX file says of class names and of how a photo is prepared: our own keys,
 * ONNX' own (`Image.NominalPixelRange`), and those that exporters are known to write (`names`, `mean`).
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/MetadataProps.md
 */
export function readMetadata(metadata: ReadonlyMap<string, string>): Known {
  const labels = labelsIn(metadata);
  const preprocessing = jsonObject(metadata.get(PREPROCESSING)) ?? knownScale(metadata);
  const history = History.maybe(jsonObject(metadata.get(HISTORY)))?.toJSON();
  return {
    ...(labels ? { labels } : {}),
    ...(preprocessing ? { preprocessing } : {}),
    ...(history ? { history } : {}),
  };
}

/** The entries that {@link readMetadata} understands. */
export function writeMetadata({ labels, preprocessing, history }: Known): Map<string, string> {
  const metadata = new Map<string, string>();
  if (labels) metadata.set(LABELS, JSON.stringify(labels));
  if (preprocessing) metadata.set(PREPROCESSING, JSON.stringify(preprocessing));
  if (history) metadata.set(HISTORY, JSON.stringify(history));
  return metadata;
}

const labelKeys = [
  ...[LABELS, "labels", "classes", "class_names", "classes_names", "names"],
  ...["id2label", "label_names", "categories"],
];

function labelsIn(metadata: ReadonlyMap<string, string>): string[] | undefined {
  const facts = withNested(metadata);
  for (const key of labelKeys) {
    const text = facts.get(key);
    const found = text === undefined ? undefined : labelsFrom(text);
    if (found && found.length > 1) return found;
  }
  return undefined;
}

/** A JSON list, a JSON or Python table of number to name, lines, or a list with commas. */
function labelsFrom(text: string): string[] | undefined {
  const value = maybeJson(text) ?? maybeJson(pythonToJson(text));
  if (Array.isArray(value))
    return value.every((item) => typeof item === "string") ? value : undefined;
  if (typeof value === "object" && value !== null) {
    const names = Object.entries(value).sort(([a], [b]) => Number(a) - Number(b));
    return names.every(([key, name], i) => Number(key) === i && typeof name === "string")
      ? names.map(([, name]) => name as string)
      : undefined;
  }
  return /^\s*[{[]/.test(text) ? undefined : parseLabels(text);
}

/** `{0: 'cat', 1: "dog"}` as Python prints it, as JSON. */
function pythonToJson(text: string): string {
  // A text that does not end ends with the whole, so that none is tried again from its middle.
  return text
    .replace(
      /"(?:[^"\\]|\\.)*(?:"|\\?$)|'((?:[^'\\]|\\.)*)(?:'|\\?$)/gs,
      (whole, inner?: string) =>
        inner === undefined ? whole : JSON.stringify(inner.replace(/\\'/g, "'")),
    )
    .replace(/([{,]\s*)(\d+)\s*:/g, '$1"$2":');
}

function jsonObject(text = ""): Record<string, unknown> | undefined {
  const value = maybeJson(text);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Of 16 bits a pixel; what is smaller scales no picture. */
const smallestFactor = 1e-6;

/** The scaling in the words of `--scale`, where the file gives it away. */
function knownScale(metadata: ReadonlyMap<string, string>): { scale: string } | undefined {
  const ranges: Readonly<Record<string, string>> = {
    NominalRange_0_255: "none",
    Normalized_0_1: "0..1",
    Normalized_1_1: "-1..1",
    // Of video: 16 is black, 235 white.
    NominalRange_16_235: formulaOf([(-16 * 255) / 219], "/", [255 / 219], 9),
  };
  const facts = withNested(metadata);
  const said = (...keys: readonly string[]) =>
    keys.map((key) => facts.get(key)).find((text) => text !== undefined);
  const range = said("Image.NominalPixelRange") ?? "";
  const order = /^"?bgr/i.test(said("Image.BitmapPixelFormat", ...orderKeys) ?? "") ? " bgr" : "";
  if (Object.hasOwn(ranges, range)) return { scale: ranges[range]! + order };
  // What transformers' processors do: first a factor, then statistics of what it makes.
  const factor =
    said("do_rescale") === "false"
      ? 1
      : numbersFrom(said("rescale_factor") ?? "")?.find((value) => value > smallestFactor);
  const isNormal = said("do_normalize") !== "false";
  const mean = isNormal
    ? numbersFrom(said("mean", "image_mean", "normalize_mean", "img_mean"))
    : undefined;
  const deviation =
    numbersFrom(said("std", "stddev", "image_std", "normalize_std", "img_std", "scale_std")) ??
    (mean && [1]);
  if (!mean && factor !== undefined)
    return { scale: (factor === 1 ? "none" : scaleOf([0], [1 / factor])) + order };
  if (!mean || !deviation || deviation.some((value) => !(value > 0))) return undefined;
  // Statistics of values from 0 to 1, as torchvision has them, or of bytes.
  const isUnit = [...mean, ...deviation].every((value) => Math.abs(value) <= 2);
  const unit = factor !== undefined ? 1 / factor : isUnit ? 255 : 1;
  const [m, d] = [mean, deviation].map((values) => values.map((value) => value * unit));
  const near = (values: readonly number[], wanted: readonly number[]) =>
    wanted.every((value, i) => Math.abs(values[i % values.length]! - 255 * value) < 0.3);
  if (near(m!, [0.485, 0.456, 0.406]) && near(d!, [0.229, 0.224, 0.225]))
    return { scale: `imagenet${order}` };
  return { scale: scaleOf(m!, d!) + order };
}

/** Keys under which files say in which order the colours go in. */
const orderKeys = ["color_format", "color_order", "channel_order", "color", "colorspace"];
/** Keys whose value is a table of its own: timm's and transformers' configurations. */
const nestedKeys = ["pretrained_cfg", "preprocessor_config", "preprocessing", "config"];

/** The entries, and behind them those of the tables that stand in a value as JSON. */
function withNested(metadata: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const nested = nestedKeys.flatMap((key) =>
    Object.entries(jsonObject(metadata.get(key)) ?? {}).map(
      ([name, value]) => [name, JSON.stringify(value)] as const,
    ),
  );
  return new Map([...nested, ...metadata]);
}

function numbersFrom(text: string | undefined): number[] | undefined {
  const numbers = text?.match(/-?\d+(\.\d+)?(e-?\d+)?/gi)?.map(Number);
  return numbers?.length === 1 || numbers?.length === 3 ? numbers : undefined;
}
