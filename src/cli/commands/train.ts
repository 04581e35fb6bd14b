import { basename } from "node:path";
import { leftOut } from "../../model/lowering/left-out.ts";
import { openDataset } from "../../api/open-dataset.ts";
import { type PictureTraining, pictureTraining } from "../../api/picture-training.ts";
import { StriateError, messageOf } from "../../base/errors.ts";
import { type Values, checked, field } from "../../base/fields.ts";
import { augmentationNames, parseAugment } from "../../data/augment/parse-augment.ts";
import { parseByteSize } from "../../data/byte-size.ts";
import type { ImageSet } from "../../data/examples/image-set.ts";
import { dataHelp, namedDataset } from "../../data/named-datasets.ts";
import { checkEnding } from "../../formats/check-ending.ts";
import { memoryForPictures } from "../../node/training/memory.ts";
import { trainedModelFile, whileLocked } from "../../node/training/output-file.ts";
import { trainInto } from "../../node/training/train-into.ts";
import { trainingFacts } from "../../node/training/training-facts.ts";
import type { TrainingPage } from "../../node/training/watch-training.ts";
import { type TrainingModel, isFresh, trainingModel } from "../../node/training/training-model.ts";
import { earlyStopping } from "../../train/callbacks/early-stopping.ts";
import { optimizerRegistry } from "../../training/optimizers/index.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import { engineFields, photoFields } from "../options.ts";
import { showDatasetProgress, trainingProgress } from "../training-progress.ts";

const fields = {
  model: field.string("tutorial", {
    help: "tutorial, a Keras architecture (.json), or a model file of any kind to go on from",
  }),
  head: field.choice(["keep", "new"], "keep", {
    help: "whether a model file keeps its head, or gets a new one for the classes of the data",
  }),
  train: field.nullable(
    field.string(undefined, {
      help: "layers to train: head, all, or names as conv2d_3 or block5* [head for a new one, else all]",
    }),
  ),
  out: field.nullable(
    field.string(undefined, { placeholder: "path", help: "the model file to write [DATA.h5]" }),
  ),
  epochs: field.int(10, { min: 1, max: 1_000_000, help: "times through the data" }),
  batch: field.int(64, { min: 1, help: "pictures in a step" }),
  optimizer: field.nullable(
    checked(
      field.string(undefined, {
        help: `${optimizerRegistry.names().join(", ")} [the model file's own, or rmsprop]`,
      }),
      (name) => optimizerRegistry.parse(name),
    ),
  ),
  lr: field.nullable(
    field.number(undefined, {
      min: 0,
      help: "learning rate [the model file's own, or 0.0001, or 0.001 on shapes]",
    }),
  ),
  validation: field.nullable(
    field.number(undefined, {
      min: 0,
      max: 1,
      help: "share of the pictures to validate with, 0 for none [0.2, or the set's own]",
    }),
  ),
  seed: field.int(1, { help: "of weights, order, dropout and augmentation" }),
  augment: checked(
    field.string("", { help: `changes at random, as flip,zoom=0.2: ${augmentationNames}` }),
    parseAugment,
  ),
  patience: field.nullable(
    field.int(undefined, { min: 1, help: "stop after as many epochs without a better val_loss" }),
  ),
  watch: field.boolean(false, {
    help: "show how it gets on in a page of this machine: curves, filters and maps after every epoch",
  }),
  probe: field.list({
    help: "with --watch: a photo whose maps the page shows, besides held-back ones",
  }),
  scale: photoFields.scale,
  size: field.nullable(field.tuple(2, undefined, { min: 1, help: "height,width of the pictures" })),
  resume: field.boolean(false, { help: "go on with the training that was stopped" }),
  force: field.boolean(false, {
    help: "replace another file or a longer training; go on with --resume whatever differs",
  }),
  jfif_only: field.boolean(false, { help: "leave out the photos that TensorFlow Datasets drops" }),
  limit: field.nullable(field.int(undefined, { min: 1, help: "use so many pictures only" })),
  memory: field.nullable(
    checked(
      field.string(undefined, {
        placeholder: "size",
        help: "for decoded pictures, as 1g; the rest goes to disk",
      }),
      parseByteSize,
    ),
  ),
  ...engineFields,
};
type Options = Values<typeof fields>;

export const train = defineCommand({
  name: "train",
  group: "data",
  summary: "Train a network on pictures",
  arguments: [{ name: "<data>", help: dataHelp }],
  fields,
  examples: [
    "striate train shapes",
    "striate train cats_vs_dogs --out cat_vs_dog.h5",
    "striate train photos/ --model resnet18.onnx --head new --scale imagenet",
    "striate train photos/ --model my.json --epochs 20 --augment flip,rotation --patience 3",
  ],
  async run([given], options, io) {
    if (options.patience !== null && options.validation === 0)
      throw new StriateError(
        "--patience needs pictures to validate with: leave out --validation 0",
      );
    if (options.probe.length > 0 && !options.watch)
      throw new StriateError("--probe says what --watch shows: give both");
    const data = given as string;
    const { model, seed, memory, head } = options;
    if (head === "new" && isFresh(model))
      throw new StriateError(
        `--head new is for a model file: ${model} is made for the data anyway`,
      );
    const train = options.train ?? (head === "new" ? "head" : null);
    const budget = memory === null ? undefined : memoryForPictures(memory) / (train ? 2 : 1);
    const size = options.size as [number, number] | null;
    const start = await trainingModel(model, seed, { size, head });
    const out = options.out ?? trainedModelFile(data, start.ending);
    const how = { ...options, data, train, featureMemory: train ? budget : undefined };
    // Whether it may write there is asked before the pictures are downloaded.
    await whileLocked(out, options, async () => {
      const set = await openDataset(data, {
        ...start.pictures,
        jfifOnly: options.jfif_only,
        ...(budget !== undefined && { memory: budget }),
        onProgress: (now) => showDatasetProgress(now, io),
      });
      if (io.terminal.isTty) io.status("\r\x1b[K");
      try {
        await trainOn(set, start, out, how, io);
      } finally {
        await set.close();
      }
    });
  },
});

async function trainOn(
  set: ImageSet,
  start: TrainingModel,
  out: string,
  options: Options & { data: string; featureMemory: number | undefined },
  io: CommandIo,
): Promise<void> {
  const { data, epochs, batch, patience, resume, force, device, threads, train } = options;
  const opened = start.for(set);
  checkEnding(out).writer.takes?.(opened);
  // A new layer learns fast, and nothing that is known already can be spoiled.
  const headRate = train === "head" ? 1e-3 : undefined;
  const training = await pictureTraining(opened, set, {
    ...options,
    ...{ rate: options.lr, usualRate: namedDataset(data)?.rate ?? headRate },
    augment: parseAugment(options.augment),
    ...{ device, threads: threads ?? undefined },
  });
  for (const line of training.lines) io.out(line);
  for (const sentence of leftOut(opened.network)) io.err(sentence);
  const notices = [...set.warnings(), ...training.notices];
  for (const text of notices) io.err(text);
  const page = options.watch ? await pageOf(training, out, notices, options.probe, io) : undefined;
  const result = await trainInto(out, training, {
    ...{ epochs, resume, force },
    callbacks: [
      ...(patience === null ? [] : [earlyStopping({ patience, restoreBestWeights: true })]),
      trainingProgress(io),
      ...(page ? [page.callback] : []),
    ],
    about: trainingFacts(training, set, options),
    notify: (text) => io.err(text),
    subtitle: `${training.optimizer.words}, batch ${batch}, on ${set.name}`,
  }).catch(async (error: unknown) => {
    await page?.close(messageOf(error));
    throw error;
  });
  const { stopped } = result;
  await page?.close(stopped ? `stopped in epoch ${stopped.epoch + 1}; go on with --resume` : "");
  if (result.stopped) {
    const { epoch, batch: done, signal } = result.stopped;
    io.out(
      `stopped in epoch ${epoch + 1} after batch ${done}; ` +
        `go on with the same command and --resume (${result.checkpoint})`,
    );
    process.once("exit", () => (process.exitCode = signal === "SIGINT" ? 130 : 143));
    return;
  }
  // Pictures that could not be decoded are known only now.
  for (const text of set.warnings().slice(set.notices.length)) io.err(text);
  io.out(`wrote ${result.written.join(", ")}`);
}

/** The page is loaded only where somebody watches. */
async function pageOf(
  training: PictureTraining,
  out: string,
  notices: readonly string[],
  probes: readonly string[],
  io: CommandIo,
): Promise<TrainingPage> {
  const [{ watchTraining }, { keptTrainingFile }] = await Promise.all([
    import("../../node/training/watch-training.ts"),
    import("../../node/training/kept-training.ts"),
  ]);
  const notify = (text: string) => io.err(text);
  const file = keptTrainingFile(out);
  const title = basename(out);
  const page = await watchTraining(training, { title, notices, probes, file, notify });
  io.out(`watch it at ${page.address}`);
  io.out(`and later with striate serve ${file}`);
  return page;
}
