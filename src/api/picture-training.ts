import { counted } from "../base/counted.ts";
import { withThousands } from "../base/text-table.ts";
import { platform } from "#platform";
import type { BatchedDataset } from "../data/examples/batch.ts";
import { type Augmentation } from "../data/augment/augment.ts";
import { StriateError } from "../base/errors.ts";
import { formatByteSize } from "../data/byte-size.ts";
import type { ImageSet } from "../data/examples/image-set.ts";
import { pictureBatches } from "../data/examples/picture-batches.ts";
import type { OpenedModel } from "../formats/format.ts";
import { classifierLoss } from "../model/head/classifier-loss.ts";
import type { Network } from "../model/network.ts";
import { preprocessingFor } from "../model/photo/photo-input.ts";
import type { SessionOptions } from "../runtime/runtime.ts";
import type { ChosenOptimizer } from "../train/compile/chosen-optimizer.ts";
import type { Trainer } from "../train/trainer.ts";

/** How a classifier is trained on pictures. What is left out or null is chosen. */
export interface PictureTrainingOptions extends SessionOptions {
  /** Pictures in a step. */
  readonly batch: number;
  /** Of weights, order, dropout and augmentation. */
  readonly seed: number;
  /** By default the one that the model's file was compiled with, else RMSprop. */
  readonly optimizer?: string | null;
  /** The learning rate; by default the file's own, else {@link usualRate}. */
  readonly rate?: number | null;
  /** The learning rate where neither the caller nor the file says one; 0.0001 by default. */
  readonly usualRate?: number;
  readonly augment?: readonly Augmentation[];
  /** Share of the pictures to validate with, 0 for none; by default 0.2, or the set's own split. */
  readonly validation?: number | null;
  /** Use so many pictures only. */
  readonly limit?: number | null;
  /** How photos are scaled, where the model's file does not say it right. */
  readonly scale?: string | null;
  /** What is trained: `all`, `head`, layers; by default what the file does not freeze. */
  readonly train?: string | null;
  /** Bytes of memory for what frozen layers make of the pictures. */
  readonly featureMemory?: number;
}

/** A training that is ready to run. */
export interface PictureTraining {
  readonly opened: OpenedModel;
  readonly trainer: Trainer;
  readonly training: BatchedDataset;
  readonly validation: BatchedDataset | undefined;
  readonly optimizer: ChosenOptimizer;
  /** The data and the model in a line each. */
  readonly lines: readonly string[];
  /** What a person should know of the choice: that the file was compiled with something else, for instance. */
  readonly notices: readonly string[];
}

/**
 * Chooses all that a training of a classifier needs: loss, labels and accuracy by what the file was compiled
 * with or by its head, optimizer and learning rate likewise, and the pictures scaled as the model wants them.
 * What is trained remembers the names of the classes and how photos are prepared.
 *
 * @param opened a model of any file; of one without Keras layers the graph is trained
 * @param set opened at the model's size, as `openDatasetFor` does
 * @throws StriateError when the head does not fit the classes, or the model cannot be trained
 */
export async function pictureTraining(
  opened: OpenedModel,
  set: ImageSet,
  options: PictureTrainingOptions,
): Promise<PictureTraining> {
  const { chosenOptimizer, compileOptionsOf, trainerOf } = await import("./training.ts");
  const { batch, seed, device, threads, train, featureMemory } = options;
  checkClasses(opened.network, set.classNames);
  const head = classifierLoss(opened.network, set.classNames, compileOptionsOf(opened));
  const { scale } = preprocessingFor(opened.network, { scale: options.scale ?? undefined }).how;
  const { training, validation } = pictureBatches(set, {
    batch,
    seed,
    scale,
    labels: head.labels,
    augment: options.augment,
    validation: options.validation ?? undefined,
    limit: options.limit ?? undefined,
  });
  const optimizer = chosenOptimizer(
    opened,
    { optimizer: options.optimizer ?? null, rate: options.rate ?? null },
    options.usualRate ?? 1e-4,
  );
  const size = [set.shape[0], set.shape[1]] as const;
  const trainer = trainerOf(
    opened,
    {
      ...{ optimizer: optimizer.optimizer, loss: head.loss, metrics: [head.accuracy] },
      ...(head.weight !== 1 && { lossWeights: [head.weight] }),
    },
    platform.runtime,
    { device, threads, seed, size, featureMemory, ...(train && { train }) },
  );
  trainer.notes.labels = [...set.classNames];
  trainer.notes.preprocessing = { size, resize: "bilinear", scale };
  const { parameters: trainable } = trainer;
  return {
    ...{ opened, trainer, training, validation, optimizer },
    lines: [
      `${set.name}: ${counted(training.examples.length, "picture")} to train on, ` +
        `${validation ? withThousands(validation.examples.length) : "none"} to validate with, ${set.classNames.length} classes ` +
        `(${set.classNames.join(", ")})`,
      `${opened.network.name}: ${counted(trainable, "trainable parameter")} ` +
        `(${formatByteSize(4 * trainable)}), ${optimizer.words}, batch ${batch}`,
    ],
    notices: [head.notice, optimizer.notice, ...trainer.compiled.notices].filter(
      (notice) => notice !== undefined,
    ),
  };
}

/** A head that is kept tells the classes apart that it was made for. */
function checkClasses({ labels, origin, name }: Network, classNames: readonly string[]): void {
  if (labels?.length !== classNames.length) return;
  const plain = (word: string) => word.toLowerCase();
  if (labels.every((label, i) => plain(label) === plain(classNames[i]!))) return;
  const some = (words: readonly string[]) =>
    `${words.slice(0, 6).join(", ")}${words.length > 6 ? ", ..." : ""}`;
  throw new StriateError(
    `${origin.file ?? name}: its classes are ${some(labels)}, those of the data ${some(classNames)}; a head that is ` +
      "kept needs the same ones in the same order, --head new makes one for the data",
  );
}
