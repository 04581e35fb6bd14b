import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { StriateError, isBug, messageOf } from "../../base/errors.ts";
import { checked, field } from "../../base/fields.ts";
import { printable } from "../../base/printable.ts";
import type { Values } from "../../base/fields.ts";
import { augmentationNames, parseAugment } from "../../data/augment/parse-augment.ts";
import { formatByteSize, parseByteSize } from "../../data/byte-size.ts";
import type { ImageSet } from "../../data/image-set.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { optimizerRegistry } from "../../training/optimizers/index.ts";
import { photoInput, preprocessingFor } from "../../model/photo-input.ts";
import { formatSummary, summarize } from "../../model/summary.ts";
import type { DatasetProgress } from "../../data/dataset-options.ts";
import { openDataset } from "../../api/open-dataset.ts";
import { lock } from "../../node/files/lock.ts";
import { checkEnding } from "../../formats/check-ending.ts";
import { refuseForeign } from "../../node/files/may-replace.ts";
import { type TrainingFacts, rateFact } from "../../node/training/same-training.ts";
import { saveTraining } from "../../node/training/save-training.ts";
import { trainingModel } from "../../node/training/training-model.ts";
import { classifierLoss } from "../../model/classifier-loss.ts";
import {
  type TrainingRunResult,
  epochsDone,
  runTraining,
} from "../../node/training/training-run.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { Callback } from "../../train/callbacks/callback.ts";
import { earlyStopping } from "../../train/callbacks/early-stopping.ts";
import { progress } from "../../train/callbacks/progress.ts";
import { compileOptionsOf } from "../../train/compile/compile-config.ts";
import { type ChosenOptimizer, chosenOptimizer } from "../../train/compile/chosen-optimizer.ts";
import { fastExecutor } from "../../train/step/fast-executor.ts";
import { pictureBatches } from "../../data/picture-batches.ts";
import { trainedModel } from "../../train/trained-model.ts";
import { Trainer } from "../../train/trainer.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import { engineFields } from "../options.ts";

const fields = {
  model: field.string("tutorial", {
    help: "tutorial, a Keras architecture (.json), or a model file to go on from",
  }),
  out: field.nullable(field.string(undefined, { help: "the model file to write [DATA.h5]" })),
  epochs: field.int(10, { min: 1, help: "times through the data" }),
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
  size: field.nullable(field.tuple(2, undefined, { min: 1, help: "height,width of the pictures" })),
  resume: field.boolean(false, { help: "go on with the training that was stopped" }),
  force: field.boolean(false, {
    help: "replace another file or a longer training; go on with --resume whatever differs",
  }),
  jfif_only: field.boolean(false, { help: "leave out the photos that TensorFlow Datasets drops" }),
  limit: field.nullable(field.int(undefined, { min: 1, help: "use so many pictures only" })),
  memory: field.nullable(
    checked(
      field.string(undefined, { help: "for decoded pictures, as 1g; the rest goes to disk" }),
      parseByteSize,
    ),
  ),
  ...engineFields,
};
type Options = Values<typeof fields>;

export const train = defineCommand({
  name: "train",
  summary: "Train a network on pictures",
  arguments: [
    { name: "<data>", help: "cats_vs_dogs, shapes, or a folder or zip of class folders" },
  ],
  fields,
  examples: [
    "striate train shapes",
    "striate train cats_vs_dogs --out cat_vs_dog.h5",
    "striate train photos/ --model my.json --epochs 20 --augment flip,rotation --patience 3",
  ],
  async run([data], options, io) {
    if (options.patience !== null && options.validation === 0)
      throw new StriateError(
        "--patience needs pictures to validate with: leave out --validation 0",
      );
    const set = await openSet(data as string, options, io);
    try {
      await trainOn(set, data as string, options, io);
    } finally {
      await set.close();
    }
  },
});

async function openSet(data: string, options: Options, io: CommandIo): Promise<ImageSet> {
  const set = await openDataset(data, {
    ...(await picturesFor(data, options)),
    jfifOnly: options.jfif_only,
    ...(options.memory && { memory: memoryForPictures(options.memory) }),
    onProgress: (now) => showProgress(now, io),
  });
  if (io.terminal.isTty) io.status("\r\x1b[K");
  return set;
}

/**
 * What the step itself needs, in bytes: the weights of a small network several times over, an engine for
 * each core, and the batches on their way (measured on the tutorial's network).
 */
const memoryOfStep = 900 * 2 ** 20;

/** What is left for decoded pictures of the memory that a training may take. */
const memoryForPictures = (whole: string): number =>
  Math.max(64 * 2 ** 20, parseByteSize(whole) - memoryOfStep);

/** The pictures' size, as asked for, as the model wants it or as the data is made; and its channels. */
async function picturesFor(
  data: string,
  { size: asked, model }: Options,
): Promise<{ size: readonly [number, number]; channels: 1 | 3 }> {
  const given = asked as readonly [number, number] | null;
  if (model === "tutorial")
    return { size: given ?? (data === "shapes" ? [64, 64] : [150, 150]), channels: 3 };
  const opened = await trainingModel({ model, classes: 2, seed: 0 });
  const { size: wanted, channels } = photoInput(opened.network);
  const size = given ?? wanted;
  if (size === undefined)
    throw new StriateError(`${model}: takes pictures of any size; say which: --size 150,150`);
  return { size, channels };
}

async function trainOn(
  set: ImageSet,
  data: string,
  options: Options,
  io: CommandIo,
): Promise<void> {
  const out = options.out ?? defaultOut(data);
  checkEnding(out);
  if ((await stat(out).catch(() => undefined))?.isDirectory())
    throw new StriateError(`${out}: expected a name for the model file, it is a folder`);
  const release = await lock(
    `${out}.lock`,
    (pid) =>
      new StriateError(
        `${out}: process ${pid} is training into it; wait for it, or give another name by --out`,
      ),
  );
  try {
    if (!options.resume && !options.force) {
      await refuseForeign([{ path: out, bytes: "" }]);
      await refuseLess(out, options.epochs);
    }
    await trainInto(out, set, data, options, io);
  } finally {
    await release();
  }
}

/** A model that took many epochs is not replaced by one of fewer. */
async function refuseLess(out: string, epochs: number): Promise<void> {
  const done = existsSync(out) ? await epochsDone(`${out}.checkpoint`) : undefined;
  if (done !== undefined && done > epochs)
    throw new StriateError(
      `${out}: is a model of ${done} epochs, this training is to have ${epochs}; --resume goes on with it, ` +
        `--force replaces it, --out gives the new one another name`,
    );
}

async function trainInto(
  out: string,
  set: ImageSet,
  data: string,
  options: Options,
  io: CommandIo,
): Promise<void> {
  const { model, seed, batch } = options;
  const [height, width] = set.shape;
  const size = [height, width] as const;
  const opened = await trainingModel({ model, classes: set.classNames.length, size, seed });
  const head = classifierLoss(opened.network, set.classNames, compileOptionsOf(opened)?.loss);
  const { how } = preprocessingFor(opened.network);
  const batches = pictureBatches(set, {
    batch,
    seed,
    scale: how.scale,
    labels: head.labels,
    augment: parseAugment(options.augment),
    validation: options.validation ?? undefined,
    limit: options.limit ?? undefined,
  });
  const chosen = chosenOptimizer(
    opened,
    { optimizer: options.optimizer, rate: options.lr },
    rateFor(data),
  );
  const session = { device: options.device, threads: options.threads ?? undefined };
  const trainer = new Trainer(
    opened.keras!,
    {
      optimizer: chosen.optimizer,
      loss: head.loss,
      metrics: [head.accuracy],
    },
    {
      runtime,
      network: opened.network,
      createExecutor: fastExecutor(runtime, session),
      seed,
      ...session,
    },
  );
  trainer.notes.labels = [...set.classNames];
  trainer.notes.preprocessing = { size, resize: "bilinear", scale: how.scale };
  const said = [head.notice, chosen.notice].filter((notice) => notice !== undefined);
  for (const line of headerLines(set, opened, batches, options, chosen.words))
    io.out(printable(line));
  for (const text of [...set.warnings(), ...said, ...trainer.compiled.notices]) io.err(text);
  if (chosen.fromFile && opened.optimizer && !options.resume)
    await trainer.restoreOptimizer(opened.optimizer);
  try {
    const about = { ...factsOf(set, opened, options, chosen), data };
    const { history, stopped } = await run(trainer, batches, about, out, options, io);
    if (stopped) {
      io.out(
        `stopped in epoch ${stopped.epoch + 1} after batch ${stopped.batch}; ` +
          `go on with the same command and --resume (${out}.checkpoint)`,
      );
      process.once("exit", () => (process.exitCode = stopped.signal === "SIGINT" ? 130 : 143));
      return;
    }
    const subtitle = `${chosen.words}, batch ${batch}, on ${set.name}`;
    const written = await saveTraining(out, await trainedModel(trainer), history, subtitle);
    // Pictures that could not be decoded are known only now.
    for (const text of set.warnings().slice(set.notices.length)) io.err(text);
    io.out(`wrote ${written.join(", ")}`);
  } finally {
    await trainer.close();
  }
}

function headerLines(
  set: ImageSet,
  { network }: OpenedModel,
  { training, validation }: ReturnType<typeof pictureBatches>,
  { batch }: Options,
  optimizer: string,
): string[] {
  const { trainable } = summarize(network).parameters;
  return [
    `${set.name}: ${training.examples.length} pictures to train on, ` +
      `${validation?.examples.length ?? "none"} to validate with, ${set.classNames.length} classes ` +
      `(${set.classNames.join(", ")})`,
    `${network.name}: ${trainable.toLocaleString("en")} trainable parameters ` +
      `(${formatByteSize(4 * trainable)}), ${optimizer}, batch ${batch}`,
  ];
}

async function run(
  trainer: Trainer,
  { training, validation }: ReturnType<typeof pictureBatches>,
  about: TrainingFacts,
  out: string,
  options: Options,
  io: CommandIo,
): Promise<TrainingRunResult> {
  const { epochs, resume, force } = options;
  const checkpoint = `${out}.checkpoint`;
  try {
    return await runTraining(trainer, training, {
      epochs,
      ...(validation && { validationData: validation }),
      callbacks: callbacksFor(options, io),
      checkpoint,
      resume,
      about,
      force,
      notify: (text) => io.err(text),
    });
  } catch (error) {
    if (trainer.iterations === 0 || isBug(error)) throw error;
    // A training that diverged says by itself where its weights are.
    if (messageOf(error).includes(checkpoint)) throw error;
    throw new StriateError(`${messageOf(error)}; what was trained before it is in ${checkpoint}`, {
      cause: error,
    });
  }
}

/** What makes this training this one: the same facts give the same numbers. */
function factsOf(
  set: ImageSet,
  { network }: OpenedModel,
  options: Options,
  { optimizer: { class_name: optimizer, config } }: ChosenOptimizer,
): TrainingFacts {
  const given = config.learning_rate;
  const rate = typeof given === "number" ? given : JSON.stringify(given);
  const { model, batch, seed, augment, validation, limit, patience, device } = options;
  return {
    ...{ model, classes: set.classNames.join(", "), batch, seed, optimizer, [rateFact]: rate },
    pictures: createHash("sha256").update(set.listing().join("\n")).digest("hex"),
    size: set.shape.slice(0, 2).join(" x "),
    layers: createHash("sha256")
      .update(formatSummary(summarize(network)))
      .digest("hex"),
    threads: options.threads ?? runtime.defaultThreads(),
    ...{ augment, validation, limit, patience, device, "jfif-only": options.jfif_only },
  };
}

function callbacksFor({ patience }: Options, io: CommandIo): Callback[] {
  const { isTty, columns } = io.terminal;
  // A terminal's line is rewritten in place, so it must not end where `out` ends lines.
  const write = isTty ? io.raw : (text: string) => io.out(text.trimEnd());
  return [
    ...(patience === null ? [] : [earlyStopping({ patience, restoreBestWeights: true })]),
    progress({ write, isTty, columns }),
  ];
}

/** The tutorial's rate is a patient one; shapes are to be learned in a minute. */
const rateFor = (data: string): number => (data === "shapes" ? 1e-3 : 1e-4);

function defaultOut(data: string): string {
  if (data === "cats_vs_dogs") return "cat_vs_dog.h5";
  const name = basename(data.replace(/[/\\]+$/, ""));
  return `${name.slice(0, name.length - extname(name).length) || "model"}.h5`;
}

function showProgress({ phase, done, total }: DatasetProgress, io: CommandIo): void {
  if (!io.terminal.isTty) return;
  const words = { download: "downloading", verify: "verifying", list: "listing" }[phase];
  const show = phase === "list" ? String : formatByteSize;
  const of = total === undefined ? "" : ` of ${show(total)}`;
  io.status(`\r${words} ${show(done)}${of}\x1b[K`);
}
