import { softmax } from "../../base/softmax.ts";
import { checkedLength } from "../../base/checked-length.ts";
import { ExactSums } from "../../base/exact-sums.ts";
import type { SkippedFile } from "../../data/files/class-folders.ts";
import { pack, unpack } from "../../runs/packed.ts";
import { type Sketch, mergeSketches, sketchOf } from "../census/sketch.ts";
import { lossesByTemperature, temperatures } from "./temperature.ts";

/** Cells of the confidence, from 0 to 1. */
export const confidenceBins = 15;
/** Bits of the sketches of log-odds: a share of 0.0005 of the value. */
export const oddsBits = 10;

/** A photo that was taken for another class. */
export interface Mistaken {
  readonly photo: number;
  readonly name: string;
  readonly label: number;
  readonly predicted: number;
  /** Probability of what it was taken for, and of what it is. */
  readonly confidence: number;
  readonly truth: number;
}

/** What some photos come to. */
export interface ConfusionPart {
  /** `counts[label * classes + predicted]` */
  readonly counts: Float64Array;
  /** By cell of confidence: photos, those that are right, and the sum of the confidence. */
  readonly photos: Float64Array;
  readonly right: Float64Array;
  readonly confidence: ExactSums;
  /** The summed loss at each temperature. */
  readonly losses: ExactSums;
  /** Of a network that tells two classes apart: the log-odds of the second, by class. */
  readonly odds: readonly Sketch[];
  /** The surest of each cell of the matrix. */
  readonly mistaken: readonly Mistaken[];
  readonly skipped: readonly SkippedFile[];
}

/** A photo as the network sees it. */
export interface Judged {
  readonly photo: number;
  readonly name: string;
  readonly label: number;
  readonly logits: ArrayLike<number>;
}

/** @param kept photos of a cell at most */
export function judge(
  judged: readonly Judged[],
  classes: number,
  kept: number,
  skipped: readonly SkippedFile[],
): ConfusionPart {
  const counts = new Float64Array(checkedLength(classes ** 2, "pairs of classes", 2 ** 26));
  const photos = new Float64Array(confidenceBins);
  const right = new Float64Array(confidenceBins);
  const confidence = new ExactSums(confidenceBins);
  const losses = new ExactSums(temperatures.length);
  const odds: number[][] = classes === 2 ? [[], []] : [];
  const mistaken: Mistaken[] = [];
  for (const { photo, name, label, logits } of judged) {
    const shares = softmax(logits);
    let predicted = 0;
    shares.forEach((share, k) => {
      if (share > shares[predicted]!) predicted = k;
    });
    counts[label * classes + predicted]!++;
    const sure = shares[predicted]!;
    const bin = Math.min(confidenceBins - 1, Math.ceil(sure * confidenceBins) - 1);
    photos[bin]!++;
    if (predicted === label) right[bin]!++;
    confidence.add(bin, sure);
    lossesByTemperature(logits, label).forEach((loss, i) => losses.add(i, loss));
    odds[label]?.push(logits[1]! - logits[0]!);
    if (predicted !== label)
      mistaken.push({ photo, name, label, predicted, confidence: sure, truth: shares[label]! });
  }
  return {
    ...{ counts, photos, right, confidence, losses, skipped },
    odds: odds.map((list) => sketchOf(Float32Array.from(list).sort(), oddsBits)),
    mistaken: surest(mistaken, kept),
  };
}

/** @param kept photos of a cell at most */
export function mergeConfusion(a: ConfusionPart, b: ConfusionPart, kept: number): ConfusionPart {
  const added = (one: Float64Array, other: Float64Array) => one.map((each, i) => each + other[i]!);
  const summed = (one: ExactSums, other: ExactSums) => {
    const all = one.copy();
    all.addAll(other);
    return all;
  };
  return {
    counts: added(a.counts, b.counts),
    photos: added(a.photos, b.photos),
    right: added(a.right, b.right),
    confidence: summed(a.confidence, b.confidence),
    losses: summed(a.losses, b.losses),
    odds: a.odds.map((sketch, i) => mergeSketches(sketch, b.odds[i]!)),
    mistaken: surest([...a.mistaken, ...b.mistaken], kept),
    skipped: [...a.skipped, ...b.skipped],
  };
}

/** The surest of each cell, cell by cell. */
function surest(list: readonly Mistaken[], kept: number): Mistaken[] {
  const sorted = [...list].sort(
    (p, q) =>
      p.label - q.label ||
      p.predicted - q.predicted ||
      q.confidence - p.confidence ||
      p.photo - q.photo,
  );
  let rank = 0;
  return sorted.filter((each, i) => {
    const before = sorted[i - 1];
    rank = before?.label === each.label && before.predicted === each.predicted ? rank + 1 : 0;
    return rank < kept;
  });
}

export function writeConfusion(part: ConfusionPart): Uint8Array {
  const { counts, photos, right, confidence, losses, odds, mistaken, skipped } = part;
  const [sure, loss] = [confidence.pack(), losses.pack()];
  return pack(
    { mistaken, skipped, classes: odds.length },
    {
      ...{ counts, photos, right },
      ...{ "confidence/counts": sure.counts, "confidence/parts": sure.parts },
      ...{ "losses/counts": loss.counts, "losses/parts": loss.parts },
      ...Object.fromEntries(
        odds.flatMap(({ cells, counts: each }, i) => [
          [`cells/${i}`, cells],
          [`cells/${i}/counts`, each],
        ]),
      ),
    },
  );
}

/** @throws StriateError when the bytes are cut off */
export function readConfusion(bytes: Uint8Array): ConfusionPart {
  const { data, arrays } = unpack(bytes);
  const { mistaken, skipped, classes } = data as Pick<ConfusionPart, "mistaken" | "skipped"> & {
    classes: number;
  };
  const sums = (name: string) =>
    ExactSums.unpack({
      counts: arrays[`${name}/counts`] as Uint8Array,
      parts: arrays[`${name}/parts`] as Float64Array,
    });
  return {
    counts: arrays.counts as Float64Array,
    photos: arrays.photos as Float64Array,
    right: arrays.right as Float64Array,
    confidence: sums("confidence"),
    losses: sums("losses"),
    // bounded: as many as were judged
    odds: Array.from({ length: classes }, (_, i) => ({
      cells: arrays[`cells/${i}`] as Int32Array,
      counts: arrays[`cells/${i}/counts`] as Uint32Array,
    })),
    mistaken,
    skipped,
  };
}
