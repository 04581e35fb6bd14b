import {
  type Callback,
  type ImageSet,
  type Logs,
  type Model,
  StoppedError,
  type Tensor,
  float32,
  layers,
  openDataset,
  optimizers,
  randomFlip,
  randomRotation,
  augment,
  sequential,
} from "striate";
import type { CallContext } from "./call-context.ts";
import type { SeenPhoto, TrainRequest, TrainingNews } from "./protocol.ts";
import { seeInput } from "./see-input.ts";
import { type SourceHost, filesOf } from "./sources.ts";
import { trainingAdvice } from "./training-advice.ts";

/** Pictures whose maps are looked at after every epoch. */
const probeCount = 3;

/**
 * Trains a small network on a set of pictures, and tells after every epoch how far it is and what its
 * convolutions make of some pictures that it was not trained on. Stopped, it is kept as it is by then.
 */
export async function train(
  request: TrainRequest,
  { signal, tell }: CallContext,
  host: SourceHost,
): Promise<Model> {
  const { size, pictures, batch, epochs } = request;
  const set = await openSet(request, host);
  try {
    const model = networkFor(request, set.classNames);
    const isSingle = set.classNames.length === 2;
    model.compile({
      optimizer: optimizerFor(request),
      loss: isSingle ? "binaryCrossentropy" : "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      seed: 1,
    });
    const parts = set.trainAndValidation();
    const take = Math.min(pictures, parts.train.length);
    const training = parts.train.take(take).shuffle(take, { seed: 1 });
    const changed = request.augment
      ? training.map(augment(randomFlip("horizontal"), randomRotation(0.05)), { seed: 1 })
      : training;
    const held = parts.validation.take(Math.min(parts.validation.length, Math.ceil(take / 4)));
    const batching = {
      layout: "NCHW",
      scale: "1/255",
      labels: isSingle ? "binary" : "int",
    } as const;
    const probes = await probesOf(held, size);
    model.network.labels = [...set.classNames];
    model.network.preprocessing = { size: [size, size], resize: "bilinear", scale: "1/255" };
    const say = (value: TrainingNews) => tell({ kind: "partial", value });
    const batches = changed.batch(batch, batching);
    say({
      kind: "begin",
      lines: [
        `${set.name}: ${take} pictures to train on, ${held.length} to validate with`,
        `${model.describe().parameters.total.toLocaleString("en")} parameters`,
      ],
      notices: set.warnings(),
      batches: batches.length,
      classes: set.classNames,
      probes: probes.map(({ label, rgba }) => ({ label: set.classNames[label]!, size, rgba })),
    });
    const history: Logs[] = [];
    const watch: Callback = {
      onBatchEnd(done, logs, run) {
        if (signal.aborted) run.stopTraining = true;
        say({ kind: "batch", epoch: history.length, batch: done, logs: { ...logs } });
      },
      async onEpochEnd(epoch, logs) {
        history.push({ ...logs });
        const seen: SeenPhoto[] = [];
        for (const { x } of probes) seen.push(await seeInput(model, x));
        const advice = trainingAdvice(history, seen);
        say({ kind: "epoch", epoch, logs: { ...logs }, probes: seen, advice });
      },
    };
    await model.fit(batches, {
      epochs,
      validationData: held.batch(batch, batching),
      callbacks: [watch],
      verbose: false,
    });
    if (signal.aborted && history.length === 0) {
      await model.dispose();
      throw new StoppedError("stopped before the first epoch was over");
    }
    return model;
  } finally {
    await set.close();
  }
}

async function openSet(request: TrainRequest, host: SourceHost): Promise<ImageSet> {
  const size = [request.size, request.size] as const;
  if ("name" in request.source)
    return openDataset("shapes", { size, count: request.pictures, seed: 1 });
  const files = (await filesOf(request.source, host)) as readonly File[];
  const [one] = files;
  return openDataset(files.length === 1 && one ? one : files, { size, seed: 1 });
}

function networkFor(request: TrainRequest, classes: readonly string[]): Model {
  const { filters, kernel, units, dropout, size } = request;
  const blocks = filters.flatMap((count, i) => [
    layers.conv2d({
      filters: count,
      kernelSize: kernel,
      activation: "relu",
      ...(i === 0 && { inputShape: [size, size, 3] }),
    }),
    layers.maxPooling2d(),
  ]);
  const head =
    classes.length === 2
      ? layers.dense({ units: 1, activation: "sigmoid" })
      : layers.dense({ units: classes.length, activation: "softmax" });
  return sequential(
    [
      ...blocks,
      layers.flatten(),
      ...(dropout > 0 ? [layers.dropout({ rate: dropout })] : []),
      ...(units > 0 ? [layers.dense({ units, activation: "relu" })] : []),
      head,
    ],
    { name: "trained_here", seed: 1 },
  );
}

function optimizerFor({ optimizer, rate }: TrainRequest) {
  const options = { learningRate: rate };
  if (optimizer === "adam") return optimizers.adam(options);
  if (optimizer === "sgd") return optimizers.sgd({ ...options, momentum: 0.9 });
  return optimizers.rmsprop(options);
}

/** Some pictures of different classes, as tensors and as bytes for the page. */
async function probesOf(
  held: ReturnType<ImageSet["split"]>,
  size: number,
): Promise<{ label: number; x: Tensor; rgba: Uint8Array }[]> {
  const found = new Map<number, { label: number; x: Tensor; rgba: Uint8Array }>();
  for await (const { x, y } of held.epoch(0)) {
    if (found.has(y)) continue;
    const rgba = new Uint8Array(size * size * 4).fill(255);
    for (let i = 0; i < size * size; i++) rgba.set(x.subarray(i * 3, i * 3 + 3), i * 4);
    const values = Float32Array.from(x, (value) => value / 255);
    found.set(y, { label: y, x: float32([1, size, size, 3], values), rgba });
    if (found.size === probeCount) break;
  }
  return [...found.values()];
}
