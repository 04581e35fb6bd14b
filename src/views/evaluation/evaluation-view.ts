import { counted } from "../../base/counted.ts";
import { withThousands } from "../../base/text-table.ts";
import { type Values, field } from "../../base/fields.ts";
import { float32 } from "../../base/tensor.ts";
import { parseScale } from "../../data/pictures/scale.ts";
import { type Logs, formatLogs } from "../../model/history.ts";
import { classScores } from "../../model/head/prediction.ts";
import { guessed } from "../../model/photo/prepare-photo.ts";
import { defineView, type ViewTable } from "../define-view.ts";
import type { ViewContext } from "../context.ts";
import { requirePhotos } from "../photo-batches.ts";
import type { Shards } from "../shards.ts";
import type { DatasetSubject } from "../subject.ts";
import { linesOfTable } from "../lines-of-table.ts";
import { type Classification, ClassificationCounter, type WrongExample } from "./classification.ts";
import { accuracyInWords, drawEvaluation } from "./draw-evaluation.ts";
import type { Evaluation } from "./evaluation.ts";
import {
  type EvaluationPart,
  evaluationPart,
  mergeEvaluationParts,
  readEvaluation,
  wholeEvaluation,
  writeEvaluation,
} from "./evaluation-part.ts";
import { scalingTrials, trialsInWords } from "./scaling-trials.ts";
import { classNamesOf, measuredBatches, pictureOf } from "./measured-batches.ts";

const evaluationAsks = {
  batch: field.int(64, { min: 1, help: "pictures at a time" }),
  wrong: field.int(12, { min: 0, help: "how many of the most wrong pictures to show" }),
};

/** Bytes of a picture that is kept of the most wrong, at about the size that networks take. */
const pictureBytes = 200_000;

const shards: Shards<typeof evaluationAsks, Evaluation, EvaluationPart> = {
  costs: (_network, _set, { wrong }) => ({
    bytesPerPhoto: 0,
    bytesOfPart: () => 4000 + wrong * pictureBytes,
  }),
  async part(context, set, asks) {
    const before = new Set((set.skipped?.() ?? []).map(({ path }) => path));
    const work = evaluate(context, set, asks);
    for (;;) {
      const { done, value } = await work.next();
      context.throwIfStopped();
      if (done !== true) continue;
      // A set knows all that was left out; a shard says its own.
      const skipped = value.skipped.filter(({ path }) => !before.has(path));
      return evaluationPart({ ...value, skipped });
    }
  },
  merge: mergeEvaluationParts,
  write: writeEvaluation,
  read: readEvaluation,
  finish: (_context, part, set) => Promise.resolve(ofSome(wholeEvaluation(part), set)),
};

/** @throws StriateError where no photo could be read: then nothing was measured */
function ofSome(whole: Evaluation, set: DatasetSubject): Evaluation {
  const skipped = [...whole.skipped, ...(set.skipped?.() ?? [])];
  requirePhotos(set, whole.classification.total, skipped);
  return whole;
}

async function* evaluate(
  context: ViewContext,
  set: DatasetSubject,
  { batch, wrong }: Values<typeof evaluationAsks>,
): AsyncGenerator<Evaluation, Evaluation, void> {
  const { network } = context.running;
  const classNames = classNamesOf(network, set);
  const loss = await context.measure.lossFor(classNames);
  const counter = new ClassificationCounter(classNames, wrong);
  const { file } = network.origin;
  const until = (logs: Logs): Evaluation => ({
    ...{ file, title: file ?? network.name, logs, loss },
    classification: counter.result,
    skipped: [...(set.skipped?.() ?? [])],
  });
  const batches = measuredBatches(context, set, { size: batch, labels: loss.labels, classNames });
  let last = (): Logs => ({ loss: 0 });
  for await (const each of context.measure.over(batches, loss)) {
    const { photos } = each.batch;
    const units = each.outputs.length / photos.length;
    photos.forEach((photo, row) => {
      const outputs = each.outputs.subarray(row * units, (row + 1) * units);
      const scores = classScores(loss.scores, outputs);
      counter.add(photo.label, scores, photo.name, () => pictureOf(photo));
    });
    last = each.logs;
    yield until(last());
  }
  return until(last());
}

/** All of the data, and some of it under other scalings where the scaling is a guess. */
async function* compute(
  context: ViewContext,
  set: DatasetSubject,
  asks: Values<typeof evaluationAsks>,
): AsyncGenerator<Evaluation, Evaluation, void> {
  const whole = ofSome(yield* evaluate(context, set, asks), set);
  const quiet = { ...context, progress: () => undefined };
  const scalings = await scalingTrials(context, set, async (some) => {
    const work = evaluate(quiet, some, { ...asks, wrong: 0 });
    for (;;) {
      const { done, value } = await work.next();
      context.throwIfStopped();
      if (done === true) return value.classification.accuracy;
    }
  });
  return scalings === undefined ? whole : { ...whole, scalings };
}

/** A classifier over a data set: loss, accuracy, what it confuses, and what it got most wrong. */
export const evaluationView = defineView({
  id: "evaluation",
  title: "Evaluation",
  family: "data set",
  summary:
    "Measure a classifier on pictures: loss, accuracy, what it confuses, what it got most wrong",
  formula: "counts[label][predicted]; precision = right / taken for it, recall = right / there are",
  pitfall: "Pictures that the network was trained on say little of those that it has never seen.",
  takes: "dataset",
  command: { name: "evaluate" },
  asks: evaluationAsks,
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
  },
  shards,
  compute,
  words({ title, classification, logs, scalings }, set, _, width) {
    const { total, accuracy, mostWrong, classNames } = classification;
    const scaled = set.scaling ? `, scaled ${scalingInWords(set.scaling)}` : "";
    const numbers = formatLogs({ ...logs, accuracy });
    return {
      caption: `${title} on ${set.name}${scaled}: ${numbers}. ${accuracyInWords(classification)}`,
      lines: [
        `${set.name}: ${counted(total, "picture")}${scaled}`,
        numbers,
        ...(scalings ? [trialsInWords(scalings)] : []),
        "",
        ...linesOfTable(classTable(classification), width),
        ...mostWrong.slice(0, 5).map((each) => wrongInWords(each, classNames)),
      ],
    };
  },
  json: ({ file, classification, logs, loss, skipped, scalings }, set) => ({
    file,
    data: set.name,
    split: set.split ?? "all",
    pictures: classification.total,
    ...logs,
    preprocessing: set.scaling,
    ...(scalings && { scalings }),
    lossFunction: { ...loss.loss, fromFile: loss.fromFile },
    accuracy: classification.accuracy,
    classes: classification.classes,
    confusion: classification.counts,
    mostWrong: classification.mostWrong.map(({ id, label, predicted, probability }) => ({
      id,
      label: classification.classNames[label],
      predicted: classification.classNames[predicted],
      probability,
    })),
    skipped,
  }),
  *arrays({ classification: { counts } }) {
    const { length } = counts;
    yield ["confusion", float32([length, length], Float32Array.from(counts.flat()))];
  },
  tables: ({ classification }) => [classTable(classification)],
  *draw({ title, classification }, set, { theme }) {
    const options = { title, subtitle: set.name, theme };
    yield { name: "evaluate", picture: drawEvaluation(classification, options) };
  },
});

const scalingInWords = ({ scale, guess }: NonNullable<DatasetSubject["scaling"]>): string =>
  parseScale(scale).words + (guess ? ` (${guessed})` : "");

const wrongInWords = (
  { id, label, predicted, probability }: WrongExample,
  classNames: readonly string[],
): string =>
  `${id}: ${classNames[label]} (${(100 * probability).toFixed(2)} %), taken for ${classNames[predicted]}`;

/** Each class with its precision and recall; with few classes, also what it is taken for. */
function classTable({ classNames, classes, counts }: Classification): ViewTable {
  const percent = (share: number | null) =>
    share === null ? "-" : `${(100 * share).toFixed(1)} %`;
  // Wider tables break in a terminal; the picture has them whole.
  const few = classNames.reduce((sum, name) => sum + name.length + 5, 0) <= 60;
  return {
    name: "classes",
    columns: [
      { title: "class" },
      { title: "pictures", right: true },
      { title: "precision", right: true },
      { title: "recall", right: true },
      ...(few ? classNames.map((name) => ({ title: `as ${name}`, right: true })) : []),
    ],
    rows: classes.map(({ className, count, precision, recall }, i) => [
      className,
      withThousands(count),
      percent(precision),
      percent(recall),
      ...(few ? counts[i]!.map(String) : []),
    ]),
  };
}
