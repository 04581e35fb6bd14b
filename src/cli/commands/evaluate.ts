import { field } from "../../base/fields.ts";
import type { Values } from "../../base/fields.ts";
import { textTable } from "../../base/text-table.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import type { Batch, LabelMode } from "../../data/batch.ts";
import type { ImageSet } from "../../data/image-set.ts";
import { type Layout, applyScale } from "../../data/preprocess.ts";
import { parseScale } from "../../data/scale.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { Metric } from "../../training/metrics/metric.ts";
import { guessed } from "../../model/prepare-photo.ts";
import { photoInput, preprocessingFor } from "../../model/photo-input.ts";
import { RunningNetwork } from "../../model/running.ts";
import { openDataset } from "../../api/open-dataset.ts";
import { toPng } from "../../api/write-picture.ts";
import { writeFolder } from "../../node/files/write-files.ts";
import { openModel } from "../../api/open-model.ts";
import { type ClassifierLoss, classifierLoss } from "../../train/compile/classifier-loss.ts";
import { runtime } from "../../runtime/node/index.ts";
import { classScores } from "../../model/prediction.ts";
import { Classification } from "../../views/evaluation/classification.ts";
import { drawEvaluation } from "../../views/evaluation/draw-evaluation.ts";
import { evaluate as evaluateModel } from "../../train/evaluate.ts";
import { evaluateNetwork } from "../../train/evaluate-network.ts";
import { formatLogs } from "../../train/callbacks/progress.ts";
import type { Logs } from "../../model/history.ts";
import { Trainer } from "../../train/trainer.ts";
import type { TrainingBatch, TrainingData } from "../../train/data/training-data.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import { engineFields } from "../options.ts";

const fields = {
  split: field.nullable(
    field.string(undefined, { help: "part of the data, as test or train[80%:] [all of it]" }),
  ),
  batch: field.int(64, { min: 1, help: "pictures at a time" }),
  scale: field.nullable(
    field.string(undefined, { help: "what is done to 0..255; by default as the model says" }),
  ),
  size: field.nullable(field.tuple(2, undefined, { min: 1, help: "height,width of the pictures" })),
  limit: field.nullable(field.int(undefined, { min: 1, help: "look at so many pictures only" })),
  jfif_only: field.boolean(false, { help: "leave out the photos that TensorFlow Datasets drops" }),
  memory: field.nullable(field.string(undefined, { help: "for decoded pictures, as 1g" })),
  wrong: field.int(12, { min: 0, help: "how many of the most wrong pictures to show" }),
  out: field.string("striate-evaluate", { help: "folder for evaluate.png and evaluate.json" }),
  json: field.boolean(false, { help: "print evaluate.json instead of words" }),
  ...engineFields,
};
type Options = Values<typeof fields>;

export const evaluate = defineCommand({
  name: "evaluate",
  summary:
    "Measure a classifier on pictures: loss, accuracy, what it confuses, what it got most wrong",
  arguments: [
    { name: "<file>", help: "a model file" },
    { name: "<data>", help: "cats_vs_dogs, shapes, or a folder or zip of class folders" },
  ],
  fields,
  examples: [
    "striate evaluate cat_vs_dog.h5 photos/",
    "striate evaluate shapes.h5 shapes --split test",
  ],
  async run([file, data], options, io) {
    const opened = await openModel(file as string);
    const { how, scaleFrom } = preprocessingFor(opened.network, {
      ...(options.scale && { scale: options.scale }),
    });
    const wanted = photoInput(opened.network);
    const size = options.size ?? wanted.size ?? how.size ?? [150, 150];
    const set = await openDataset(data as string, {
      size: size as readonly [number, number],
      channels: wanted.channels,
      resize: how.resize,
      jfifOnly: options.jfif_only,
      ...(options.memory && { memory: options.memory }),
    });
    try {
      await report(
        opened,
        set,
        { scale: how.scale, isGuess: scaleFrom === "default" },
        options,
        io,
      );
    } finally {
      await set.close();
    }
  },
});

async function report(
  opened: OpenedModel,
  set: ImageSet,
  { scale, isGuess }: { scale: string; isGuess: boolean },
  options: Options,
  io: CommandIo,
): Promise<void> {
  const order = labelOrder(opened.network.labels, set.classNames, io);
  const whole = set.split(options.split ?? undefined);
  const part = whole.take(Math.min(options.limit ?? Infinity, whole.length));
  const result = new Classification(
    order.map((label) => set.classNames[label]!),
    options.wrong,
  );
  const head = classifierLoss(opened, set.classNames);
  const [height, width] = set.shape;
  const { layout } = photoInput(opened.network);
  const batches = part.batch(options.batch).prefetch(1);
  const data = scaled(batches.epoch(0), scale, layout, order, options.batch, head.labels);
  const logs = await measure(opened, head, data, options, (given, outputs) => {
    const { bytes, ids, labels } = given as ScaledBatch;
    const [units, each] = [outputs.length / ids.length, bytes.length / ids.length];
    ids.forEach((id, row) => {
      const own = outputs.subarray(row * units, (row + 1) * units);
      const pixels = () => bytes.slice(row * each, (row + 1) * each);
      result.add(labels[row]!, classScores(head.scores, own), id, pixels);
    });
  });
  const json = {
    file: opened.network.origin.file,
    data: set.name,
    split: options.split ?? "all",
    pictures: result.total,
    ...logs,
    preprocessing: { scale, guess: isGuess },
    lossFunction: { ...head.loss, fromFile: head.fromFile },
    accuracy: result.accuracy,
    classes: result.classes,
    confusion: result.counts,
    mostWrong: result.mostWrong.map(({ id, label, predicted, probability }) => ({
      id,
      label: result.classNames[label],
      predicted: result.classNames[predicted],
      probability,
    })),
    skipped: set.skipped,
  };
  const text = `${JSON.stringify(json, null, 2)}\n`;
  const title = opened.network.origin.file ?? opened.network.name;
  const picture = drawEvaluation(result, { title, subtitle: set.name, size: [height, width] });
  await writeFolder(options.out, [
    { path: "evaluate.json", bytes: text },
    { path: "evaluate.png", bytes: await toPng(picture) },
  ]);
  if (options.json) {
    io.out(text.trimEnd());
    return;
  }
  for (const warning of [...set.warnings(), ...(head.notice ? [head.notice] : [])]) io.err(warning);
  io.out(
    `${set.name}: ${result.total} pictures, scaled ${parseScale(scale).words}` +
      (isGuess ? ` (${guessed})` : ""),
  );
  io.out(formatLogs({ ...logs, accuracy: result.accuracy }));
  io.out(`\n${classTable(result)}`);
  for (const { id, label, predicted, probability } of result.mostWrong.slice(0, 5))
    io.out(
      `${id}: ${result.classNames[label]} (${(100 * probability).toFixed(2)} %), taken for ` +
        `${result.classNames[predicted]}`,
    );
  io.out(`wrote ${options.out}/evaluate.png, ${options.out}/evaluate.json`);
}

/** The loss over all batches. */
async function measure(
  opened: OpenedModel,
  { loss, labels }: ClassifierLoss,
  data: TrainingData,
  { device, threads }: Options,
  onBatch: (batch: TrainingBatch, outputs: Float32Array) => void,
): Promise<Logs> {
  const session = { device, threads: threads ?? undefined };
  // The training's own graphs want the labels in the shape of the output.
  if (opened.keras === undefined || opened.network.outputs[0]!.shape.length !== 2) {
    const running = new RunningNetwork(opened.network, runtime, session);
    const metric = new Metric(loss, "loss");
    const logs = await evaluateNetwork(running, data, [metric], labels === "int", onBatch);
    await running.release();
    return logs;
  }
  const trainer = new Trainer(
    opened.keras,
    { loss },
    { runtime, network: opened.network, ...session },
  );
  const logs = await evaluateModel(trainer, data, {
    onBatch: (batch, _, { predictions }) => onBatch(batch, predictions[0]!.data as Float32Array),
  });
  await trainer.close();
  return logs;
}

/**
 * For each class of the model, the label that the data has for it: by name where the model has names,
 * else in order.
 */
function labelOrder(
  labels: readonly string[] | undefined,
  classNames: readonly string[],
  io: CommandIo,
): number[] {
  const inOrder = classNames.map((_, i) => i);
  if (labels === undefined) return inOrder;
  const plain = (name: string) => name.toLowerCase().replace(/s$/, "");
  const found = labels.map((label) => classNames.findIndex((name) => plain(name) === plain(label)));
  if (found.every((at) => at >= 0) && new Set(found).size === classNames.length) return found;
  io.err(
    `the model's classes are ${labels.join(", ")}, the data's ${classNames.join(", ")}: taken in order`,
  );
  return inOrder;
}

/** A batch that remembers its pictures as bytes. */
interface ScaledBatch extends TrainingBatch {
  bytes: Uint8Array;
  ids: readonly string[];
  /** In the model's order. */
  labels: Int32Array;
}

/** Scales batches of bytes, and puts the labels in the model's order. */
function scaled(
  batches: AsyncIterable<Batch>,
  how: string,
  layout: Layout,
  order: readonly number[],
  batchSize: number,
  mode: LabelMode,
): TrainingData {
  const scale = parseScale(how);
  return {
    batchSize,
    async *epoch() {
      for await (const { x, y, size, ids } of batches) {
        const [, height, width, channels] = x.shape as [number, number, number, 1 | 3];
        const each = height * width * channels;
        const bytes = x.data as Uint8Array;
        const floats = new Float32Array(size * each);
        for (let i = 0; i < size; i++) {
          const one = bytes.subarray(i * each, (i + 1) * each);
          applyScale(one, scale, channels, layout, floats.subarray(i * each, (i + 1) * each));
        }
        const shape =
          layout === "NHWC" ? [size, height, width, channels] : [size, channels, height, width];
        const labels = (y.data as Int32Array).map((label) => order.indexOf(label));
        const batch: ScaledBatch = {
          x: { type: "float32", shape, data: floats },
          y: mode === "categorical" ? oneHot(labels, order.length) : { ...y, data: labels },
          layout,
          bytes,
          ids,
          labels,
        };
        yield batch;
      }
    },
  };
}

/** A row of zeros with a one for each label. */
function oneHot(labels: Int32Array, classes: number): Tensor<"float32"> {
  const data = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => (data[row * classes + label] = 1));
  return float32([labels.length, classes], data);
}

/** Each class with its precision and recall; with few classes, also what it is taken for. */
function classTable(result: Classification): string {
  const percent = (share: number | null) =>
    share === null ? "-" : `${(100 * share).toFixed(1)} %`;
  // Wider tables break in a terminal; the picture has them whole.
  const few = result.classNames.reduce((sum, name) => sum + name.length + 5, 0) <= 60;
  return textTable(
    [
      { title: "class" },
      { title: "pictures", right: true },
      { title: "precision", right: true },
      { title: "recall", right: true },
      ...(few ? result.classNames.map((name) => ({ title: `as ${name}`, right: true })) : []),
    ],
    result.classes.map(({ className, count, precision, recall }, i) => [
      className,
      String(count),
      percent(precision),
      percent(recall),
      ...(few ? result.counts[i]!.map(String) : []),
    ]),
  );
}
