import type { BatchedDataset, LabelMode } from "./batch.ts";
import { type Augmentation, augment } from "../augment/augment.ts";
import type { Dataset } from "./dataset.ts";
import type { ImageSet } from "./image-set.ts";

export interface PictureBatchesOptions {
  batch: number;
  /** Of the order and of the augmentation. */
  seed: number;
  /** What is done to 0..255, in the words of `parseScale`. */
  scale: string;
  labels: LabelMode;
  augment?: readonly Augmentation[];
  /** Share of the pictures to validate with, 0 for none; by default 0.2, or the set's own validation split. */
  validation?: number;
  /** Use so many pictures only, and a quarter as many to validate with. */
  limit?: number;
}

/** A set of pictures as `fit` takes it: shuffled anew in each epoch, in the graph's layout. */
export function pictureBatches(
  set: ImageSet,
  options: PictureBatchesOptions,
): { training: BatchedDataset; validation: BatchedDataset | undefined } {
  const { batch, seed, scale, labels, limit = Infinity } = options;
  const parts: { train: Dataset; validation?: Dataset } =
    options.validation === 0
      ? { train: set.split(set.splits.has("train") ? "train" : "all") }
      : set.trainAndValidation(options.validation);
  const take = (part: Dataset, count: number) => part.take(Math.min(count, part.length));
  const train = take(parts.train, limit);
  const shuffled = train.shuffle(train.length, { seed });
  const changed = options.augment?.length
    ? shuffled.map(augment(...options.augment), { seed })
    : shuffled;
  // Fit is done with a batch before it asks for the next one.
  const batching = { layout: "NCHW", scale, labels, reuse: true } as const;
  return {
    training: changed.batch(batch, batching).prefetch(1),
    validation:
      parts.validation &&
      take(parts.validation, Math.ceil(limit / 4))
        .batch(batch, batching)
        .prefetch(1),
  };
}
