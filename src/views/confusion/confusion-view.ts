import { counted } from "../../base/counted.ts";
import { type Values, field } from "../../base/fields.ts";
import { float32, toFloat32 } from "../../base/tensor.ts";
import { type ClassifierLoss, classifierLoss } from "../../model/head/classifier-loss.ts";
import { type Head, findHead } from "../../model/head/head.ts";
import { classScores } from "../../model/head/prediction.ts";
import { type DataTable, type ViewTable, defineView } from "../define-view.ts";
import { classNamesOf } from "../evaluation/measured-batches.ts";
import { checkLabel, photoBatches, requirePhotos } from "../photo-batches.ts";
import { type Shards, computeInShards } from "../shards.ts";
import { linesOfTable } from "../lines-of-table.ts";
import type { Confusion } from "./confusion.ts";
import {
  type ConfusionPart,
  type Judged,
  judge,
  mergeConfusion,
  oddsBits,
  readConfusion,
  writeConfusion,
} from "./confusion-part.ts";
import { drawConfusion, drawMistakes } from "./draw-confusion.ts";
import { type ExplainedMistake, explainMistake } from "./explain-mistake.ts";
import { fitTemperature, temperatures } from "./temperature.ts";
import { rocArea, rocCurve, thresholdTable } from "./thresholds.ts";

const confusionAsks = {
  cells: field.int(4, { min: 0, max: 100, help: "cells of the matrix that are explained" }),
  photos: field.int(3, { min: 1, max: 16, help: "photos of each, the surest mistakes" }),
  units: field.int(4, { min: 1, max: 32, help: "units that carried a wrong answer" }),
  batch: field.int(4, { min: 1, max: 256, help: "photos in one run of the network" }),
};
type ConfusionAsks = Values<typeof confusionAsks>;

/** Photos of a cell that a shard keeps; more could not be asked for. */
const keptPhotos = 16;

const shards: Shards<typeof confusionAsks, Confusion, ConfusionPart> = {
  needsClasses: true,
  costs(network, set) {
    const names = classNamesOf(network, set);
    // A network that tells no classes apart is refused before the first shard.
    classifierLoss(network, names);
    const classes = names.length;
    return {
      bytesPerPhoto: 8 * classes + 200,
      bytesOfPart: (photos) => 8 * classes ** 2 + 4000 + 200 * photos,
    };
  },
  async part(context, set, asks) {
    const { running } = context;
    const { network } = running;
    const classNames = classNamesOf(network, set);
    const loss = classifierLoss(network, classNames);
    const head = findHead(network)!;
    const { batches, skipped } = photoBatches(context, set, asks.batch);
    const judged: Judged[] = [];
    for await (const { inputs, photos } of batches) {
      const [value] = await running.run(inputs, [head.logits]);
      const { data } = toFloat32(value!);
      const units = data.length / (value!.shape[0] ?? 1);
      photos.forEach((photo, row) => {
        checkLabel(photo, classNames.length);
        const own = data.subarray(row * units, (row + 1) * units);
        if (own.every(Number.isFinite))
          judged.push({
            photo: photo.index!,
            name: photo.name,
            label: photo.label,
            logits: logitsOf(head, loss, own),
          });
        else skipped.push({ path: photo.name, reason: "the network gives no finite numbers" });
      });
    }
    return judge(judged, classNames.length, keptPhotos, skipped);
  },
  merge: (a, b) => mergeConfusion(a, b, keptPhotos),
  write: writeConfusion,
  read: readConfusion,
  async finish(context, part, set, asks) {
    const { network } = context.running;
    const classNames = classNamesOf(network, set);
    const total = part.counts.reduce((sum, count) => sum + count, 0);
    requirePhotos(set, total, part.skipped);
    const rightOnes = classNames.reduce(
      (sum, _, k) => sum + part.counts[k * (classNames.length + 1)]!,
      0,
    );
    const [no, yes] = part.odds;
    const explained: ExplainedMistake[] = [];
    for (const mistaken of chosenMistakes(part, classNames.length, asks)) {
      context.throwIfStopped();
      const why = await explainMistake(context, set, mistaken, asks.units);
      if (why) explained.push(why);
    }
    return {
      title: network.origin.file ?? network.name,
      ...{ classNames, part, total, explained, accuracy: rightOnes / total },
      calibrationError: calibrationErrorOf(part, total),
      temperature: fitTemperature(temperatures.map((_, i) => part.losses.value(i) / total)),
      thresholds: no && yes ? thresholdTable(no, yes, oddsBits) : [],
      roc: no && yes ? rocCurve(no, yes) : [],
      rocArea: no && yes ? rocArea(no, yes) : null,
    };
  },
};

/** A logit for each class, from what the network gives before its softmax or sigmoid. */
function logitsOf(head: Head, { scores }: ClassifierLoss, row: Float32Array): number[] {
  const logits = Array.from(row);
  if (head.single) return [0, logits[0]!];
  const kind = head.kind === "logits" ? scores.kind : head.kind;
  if (kind === "softmax" || kind === "log-softmax" || kind === "logits") return logits;
  if (kind === "probabilities") return logits.map((share) => Math.log(Math.max(share, 1e-30)));
  // Several sigmoids: each has a probability of its own.
  return classScores({ kind: "sigmoid", applied: false }, row).map((share) =>
    Math.log(Math.max(share, 1e-30)),
  );
}

/** The largest cells off the diagonal, each with its surest photos. */
function chosenMistakes({ counts, mistaken }: ConfusionPart, classes: number, asks: ConfusionAsks) {
  const cells = [...counts.keys()]
    .filter((cell) => Math.floor(cell / classes) !== cell % classes && counts[cell]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, asks.cells);
  return cells.flatMap((cell) =>
    mistaken
      .filter(({ label, predicted }) => label * classes + predicted === cell)
      .slice(0, asks.photos),
  );
}

function calibrationErrorOf({ photos, right, confidence }: ConfusionPart, total: number): number {
  return photos.reduce(
    (sum, count, bin) =>
      count > 0 ? sum + Math.abs(right[bin]! - confidence.value(bin)) / total : sum,
    0,
  );
}

/** What a classifier confuses: each cell with photos and the reasons, how sure it is, where to cut. */
export const confusionView = defineView({
  id: "confusion",
  title: "Confusion, explained",
  family: "data set",
  summary:
    "Explain what a classifier confuses: photos and reasons of each cell, calibration, thresholds",
  paper:
    "Guo, Pleiss, Sun, Weinberger 2017, arXiv:1706.04599; Selvaraju et al. 2017, arXiv:1610.02391",
  formula:
    "unit's share = sum over places of d(z_wrong - z_right)/dA x A; temperature = argmin NLL(z / T)",
  pitfall: "A temperature makes a network honest, not better: the order of its answers stays.",
  takes: "dataset",
  command: {
    name: "confusion",
    examples: ["striate confusion cat_vs_dog.h5 photos/ --split test"],
  },
  asks: confusionAsks,
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the pictures" }),
  },
  shards,
  compute: (context, set, asks) => computeInShards(shards, context, set, asks),
  words(found, set, _, width) {
    const { temperature: fit, classNames } = found;
    const name = (label: number) => classNames[label]!;
    return {
      caption: captionOf(found),
      lines: [
        `${set.name}: ${counted(found.total, "photo")}, ${percent(found.accuracy)} right`,
        `calibration error ${percent(found.calibrationError)}; temperature ${fit.temperature.toFixed(3)}${fit.atEnd ? " (at the end of what was tried)" : ""}: loss ${fit.before.toFixed(4)} -> ${fit.after.toFixed(4)}`,
        ...(found.rocArea === null
          ? []
          : [
              `area under the ROC curve of ${name(1)}: ${found.rocArea.toFixed(4)}`,
              ...linesOfTable(thresholdWords(found), width),
            ]),
        ...found.explained.map(
          (each) =>
            `${each.name}: ${name(each.label)} taken for ${name(each.predicted)} (${percent(each.confidence)}), carried by ${unitsInWords(each)}`,
        ),
      ],
    };
  },
  json: (found, set) => ({
    file: found.title,
    data: set.name,
    split: set.split ?? "all",
    photos: found.total,
    accuracy: found.accuracy,
    confusion: found.classNames.map((_, label) =>
      found.classNames.map(
        (__, predicted) => found.part.counts[label * found.classNames.length + predicted],
      ),
    ),
    calibration: { error: found.calibrationError, ...found.temperature },
    rocArea: found.rocArea,
    thresholds: found.thresholds,
    explained: found.explained.map(({ backdrop: _, heatmap: __, ...each }) => each),
    skipped: found.part.skipped,
  }),
  tables: (found) => (found.thresholds.length > 0 ? [thresholdWords(found)] : []),
  *arrays({ part: { counts }, classNames: { length } }) {
    yield ["confusion", float32([length, length], Float32Array.from(counts))];
  },
  columns: (found) => columnsOf(found),
  *draw(found, set, { theme }) {
    const words = { title: found.title, subtitle: set.name, caption: captionOf(found), theme };
    yield { name: "confusion", picture: drawConfusion(found, words) };
    const cells = new Map<string, ExplainedMistake[]>();
    for (const each of found.explained) {
      const key = `${each.label}-${each.predicted}`;
      cells.set(key, [...(cells.get(key) ?? []), each]);
    }
    for (const [key, list] of cells)
      yield { name: `confusion-${key}`, picture: drawMistakes(found, list, theme) };
  },
});

export const unitsInWords = ({ layer, units }: ExplainedMistake): string =>
  units.length === 0
    ? "no unit alone"
    : units.map(({ unit, share }) => `${layer}[${unit}] ${share.toFixed(2)}`).join(", ");

function captionOf({ total, accuracy, calibrationError, temperature: fit }: Confusion): string {
  const surer = fit.temperature > 1 ? "surer than it should be" : "less sure than it could be";
  return (
    `${percent(accuracy)} of ${counted(total, "photo")} right. On the diagonal a network is as often right as it says: this one is ` +
    `off by ${percent(calibrationError)} on average. It is ${surer}: dividing its logits by ${fit.temperature.toFixed(2)} gives the smallest loss.`
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function thresholdWords({ thresholds, classNames }: Confusion): ViewTable {
  const cell = (value: number | null) => (value === null ? "-" : value.toFixed(3));
  return {
    name: "thresholds",
    columns: [`${classNames[1]} from`, "precision", "recall", "F1"].map((title) => ({
      title,
      right: true,
    })),
    rows: thresholds
      .filter((_, i) => i % 2 === 1)
      .map(({ threshold, precision, recall, f1 }) => [
        threshold.toFixed(2),
        cell(precision),
        cell(recall),
        cell(f1),
      ]),
  };
}

/** `mistakes`: the surest of each cell; `calibration`; of two classes `thresholds` and `roc`. */
function* columnsOf({ part, classNames, thresholds, roc }: Confusion): Generator<DataTable> {
  const list = part.mistaken;
  const table = (
    name: string,
    columns: Readonly<
      Record<string, readonly [DataTable["columns"][number]["type"], readonly unknown[]]>
    >,
  ): DataTable => ({
    name,
    columns: Object.entries(columns).map(([key, [type, values]]) => ({
      name: key,
      type,
      values: values as (number | string | null)[],
    })),
  });
  yield table("mistakes", {
    photo: ["STRING", list.map(({ name }) => name)],
    index: ["INT32", list.map(({ photo }) => photo)],
    class: ["STRING", list.map(({ label }) => classNames[label])],
    taken_for: ["STRING", list.map(({ predicted }) => classNames[predicted])],
    confidence: ["DOUBLE", list.map(({ confidence }) => confidence)],
    truth: ["DOUBLE", list.map(({ truth }) => truth)],
  });
  const bins = [...part.photos.keys()];
  const over = (value: number, bin: number) =>
    part.photos[bin]! > 0 ? value / part.photos[bin]! : null;
  yield table("calibration", {
    from: ["DOUBLE", bins.map((bin) => bin / bins.length)],
    to: ["DOUBLE", bins.map((bin) => (bin + 1) / bins.length)],
    photos: ["INT32", [...part.photos]],
    confidence: ["DOUBLE", bins.map((bin) => over(part.confidence.value(bin), bin))],
    accuracy: ["DOUBLE", bins.map((bin) => over(part.right[bin]!, bin))],
  });
  if (thresholds.length === 0) return;
  yield table("thresholds", {
    threshold: ["DOUBLE", thresholds.map(({ threshold }) => threshold)],
    precision: ["DOUBLE", thresholds.map(({ precision }) => precision)],
    recall: ["DOUBLE", thresholds.map(({ recall }) => recall)],
    f1: ["DOUBLE", thresholds.map(({ f1 }) => f1)],
    false_positive_rate: ["DOUBLE", thresholds.map(({ falsePositiveRate }) => falsePositiveRate)],
  });
  yield table("roc", {
    false_positive_rate: ["DOUBLE", roc.map(([x]) => x)],
    true_positive_rate: ["DOUBLE", roc.map(([, y]) => y)],
  });
}
