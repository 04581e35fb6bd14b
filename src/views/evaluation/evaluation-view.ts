import { withThousands } from "../../base/text-table.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { float32 } from "../../base/tensor.ts";
import type { SkippedFile } from "../../data/class-folders.ts";
import { parseScale } from "../../data/scale.ts";
import type { ClassifierLoss } from "../../model/classifier-loss.ts";
import { type Logs, formatLogs } from "../../model/history.ts";
import { classScores } from "../../model/prediction.ts";
import { guessed } from "../../model/prepare-photo.ts";
import { defineView, type ViewTable } from "../define-view.ts";
import type { DatasetSubject } from "../subject.ts";
import { textOfTable } from "../text-of-table.ts";
import {
  type Classification,
  ClassificationCounter,
  type WrongExample,
  mergeClassifications,
} from "./classification.ts";
import { accuracyInWords, drawEvaluation } from "./draw-evaluation.ts";
import { classNamesOf, measuredBatches, pictureOf } from "./measured-batches.ts";

/** What a classifier makes of a data set: plain data, and so of its parts ({@link mergeEvaluations}). */
export interface Evaluation {
  /** The file as the user named it; absent of a network that was made here. */
  readonly file: string | undefined;
  /** The file, or the network's name. */
  readonly title: string;
  readonly classification: Classification;
  /** The mean loss. */
  readonly logs: Logs;
  /** The loss that was taken. */
  readonly loss: ClassifierLoss;
  /** Files of the data set that could not be read. */
  readonly skipped: readonly SkippedFile[];
}

/**
 * What a classifier makes of two parts of one data set together.
 * @throws StriateError where classes or losses differ
 */
export function mergeEvaluations(a: Evaluation, b: Evaluation): Evaluation {
  if (JSON.stringify(a.loss) !== JSON.stringify(b.loss))
    throw new StriateError(`${a.title}: the two results were measured with different losses`);
  const classification = mergeClassifications(a.classification, b.classification);
  const share = a.classification.total / (classification.total || 1);
  const logs = Object.fromEntries(
    Object.keys(a.logs).map((name) => [name, a.logs[name]! * share + b.logs[name]! * (1 - share)]),
  );
  return { ...a, classification, logs, skipped: [...a.skipped, ...b.skipped] };
}

/** A classifier over a data set: loss, accuracy, what it confuses, and what it got most wrong. */
export const evaluationView = defineView({
  id: "evaluation",
  title: "Evaluation",
  summary:
    "Measure a classifier on pictures: loss, accuracy, what it confuses, what it got most wrong",
  formula: "counts[label][predicted]; precision = right / taken for it, recall = right / there are",
  pitfall: "Pictures that the network was trained on say little of those that it has never seen.",
  takes: "dataset",
  command: { name: "evaluate" },
  asks: {
    batch: field.int(64, { min: 1, help: "pictures at a time" }),
    wrong: field.int(12, { min: 0, help: "how many of the most wrong pictures to show" }),
  },
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
  },
  async *compute(context, set, { batch, wrong }): AsyncGenerator<Evaluation, Evaluation, void> {
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
  },
  words({ title, classification, logs }, set) {
    const { total, accuracy, mostWrong, classNames } = classification;
    const scaled = set.scaling ? `, scaled ${scalingInWords(set.scaling)}` : "";
    const numbers = formatLogs({ ...logs, accuracy });
    return {
      caption: `${title} on ${set.name}${scaled}: ${numbers}. ${accuracyInWords(classification)}`,
      lines: [
        `${set.name}: ${withThousands(total)} pictures${scaled}`,
        numbers,
        `\n${textOfTable(classTable(classification))}`,
        ...mostWrong.slice(0, 5).map((each) => wrongInWords(each, classNames)),
      ],
    };
  },
  json: ({ file, classification, logs, loss, skipped }, set) => ({
    file,
    data: set.name,
    split: set.split ?? "all",
    pictures: classification.total,
    ...logs,
    preprocessing: set.scaling,
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
