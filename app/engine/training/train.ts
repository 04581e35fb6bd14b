import {
  type Callback,
  type Dataset,
  type Image,
  type ImageSet,
  type Model,
  StoppedError,
  augment,
  counted,
  openDataset,
  randomFlip,
  randomRotation,
} from "striate";
import type { CallContext } from "../call-context.ts";
import { type SourceHost, filesOf } from "../sources.ts";
import { EpochNetworks } from "./epoch-networks.ts";
import { findLeak, leakWords } from "./leak.ts";
import { epochLook } from "./look.ts";
import { plannedNetwork, plannedOptimizer } from "./network.ts";
import type { TrainRequest, TrainingNews } from "./news.ts";
import { allProbes, heldProbes, photoProbes } from "./probes.ts";

/** A trained network, and what it was after each epoch. */
export interface Trained {
  readonly model: Model;
  readonly epochs: EpochNetworks;
}

/**
 * Trains a small network on a set of pictures, and tells after every epoch how far it is and what its
 * convolutions make of some pictures that it was not trained on. Stopped, it is kept as it is by then.
 *
 * @param photos those that are looked at besides
 */
export async function train(
  request: TrainRequest,
  { signal, tell }: CallContext,
  host: SourceHost,
  photos: readonly { image: Image; name: string }[],
): Promise<Trained> {
  const { size, batch, epochs } = request;
  const say = (value: TrainingNews) => tell({ kind: "partial", value });
  const set = await openSet(request, host);
  const networks = new EpochNetworks();
  try {
    const model = plannedNetwork(request, set.classNames.length);
    const isSingle = set.classNames.length === 2;
    model.network.labels = [...set.classNames];
    model.network.preprocessing = { size: [size, size], resize: "bilinear", scale: "1/255" };
    await model.compile({
      optimizer: plannedOptimizer(request),
      loss: isSingle ? "binaryCrossentropy" : "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      seed: 1,
    });
    const { training, held } = partsOf(set, request.pictures);
    const shuffled = training.shuffle(training.length, { seed: 1 });
    const changed = request.augment
      ? shuffled.map(augment(randomFlip("horizontal"), randomRotation(0.05)), { seed: 1 })
      : shuffled;
    const labels = isSingle ? "binary" : "int";
    const batching = { layout: "NCHW", scale: "1/255", labels } as const;
    const batches = changed.batch(batch, batching);
    const probes = allProbes(await heldProbes(held), photoProbes(photos));
    const leak = await findLeak(training, held);
    say({
      kind: "begin",
      title: set.name,
      lines: [
        `${set.name}: ${counted(training.length, "picture")} to train on, ${held.length} held back`,
        `${model.describe().parameters.total.toLocaleString("en")} parameters`,
      ],
      notices: [...set.warnings(), ...(leak ? [leakWords(leak)] : [])],
      ...{ epochs, batches: batches.length, probes: probes.pictures, past: [] },
    });
    let done = 0;
    const watch: Callback = {
      onBatchEnd(number, logs, run) {
        if (signal.aborted) run.stopTraining = true;
        say({ kind: "batch", epoch: done, batch: number, logs: { ...logs } });
      },
      async onEpochEnd(epoch, logs) {
        done = epoch + 1;
        await networks.keep(epoch, model);
        say({
          kind: "epoch",
          epoch,
          logs: { ...logs },
          look: await epochLook(model, probes.inputs),
        });
      },
    };
    await model.fit(batches, {
      epochs,
      validationData: held.batch(batch, batching),
      callbacks: [watch],
      verbose: false,
    });
    if (signal.aborted && done === 0) {
      await model.dispose();
      throw new StoppedError("stopped before the first epoch was over");
    }
    say({
      kind: "end",
      words: signal.aborted ? `stopped after ${done} of ${counted(epochs, "epoch")}` : "",
    });
    return { model, epochs: networks };
  } finally {
    await set.close();
  }
}

/** What is trained on, and a quarter as much that is held back. */
function partsOf(set: ImageSet, most: number): { training: Dataset; held: Dataset } {
  const { train: all, validation } = set.trainAndValidation();
  const count = Math.min(most, all.length);
  const held = Math.min(validation.length, Math.ceil(count / 4));
  return { training: all.take(count), held: validation.take(held) };
}

async function openSet(request: TrainRequest, host: SourceHost): Promise<ImageSet> {
  const size = [request.size, request.size] as const;
  if ("name" in request.source)
    return openDataset("shapes", { size, count: request.pictures, seed: 1 });
  const files = (await filesOf(request.source, host)) as readonly File[];
  const [one] = files;
  return openDataset(files.length === 1 && one ? one : files, { size, seed: 1 });
}
