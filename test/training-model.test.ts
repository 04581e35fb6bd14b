import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../src/base/random.ts";
import { type Tensor, float32 } from "../src/base/tensor.ts";
import { layers } from "../src/layers/create.ts";
import { classifierLoss } from "../src/model/head/classifier-loss.ts";
import { losses } from "../src/training/losses/index.ts";
import { optimizers } from "../src/training/optimizers/index.ts";
import { apply, functional, input, sequential } from "../src/api/build-model.ts";
import { callbacks } from "../src/api/callbacks.ts";
import { loadModel } from "../src/api/load-model.ts";
import type { Model } from "../src/api/model.ts";
import { batchesOf } from "../src/train/data/training-data.ts";
import { mergeEvaluations } from "../src/views/evaluation/evaluation.ts";
import { evaluationView } from "../src/views/evaluation/evaluation-view.ts";
import type { DatasetSubject } from "../src/views/subject.ts";
import { emptyFolder } from "./command-line.ts";

/** Small pictures whose class is the brighter half. */
function pictures(rows: number, seed: number) {
  const random = new Random(seed);
  const y = Float32Array.from({ length: rows }, () => random.integer(2));
  const x = Float32Array.from({ length: rows * 8 * 8 }, (_, i) => {
    const right = i % 8 >= 4;
    return random.uniform(0, 0.6) + (right === (y[Math.floor(i / 64)] === 1) ? 0.4 : 0);
  });
  return { x: float32([rows, 8, 8, 1], x), y: float32([rows], y) };
}

/** The same as a view of a data set takes them. */
function photosOf({ x, y }: ReturnType<typeof pictures>): DatasetSubject {
  return {
    name: "halves",
    length: y.data.length,
    async *photos() {
      for (let i = 0; i < y.data.length; i++) {
        const image = float32([1, 8, 8, 1], x.data.subarray(64 * i, 64 * (i + 1)));
        const named = {
          name: `picture ${i}`,
          inputs: { input_layer: image },
          preparation: "as it is",
        };
        yield await Promise.resolve({ ...named, label: y.data[i]! });
      }
    },
  };
}

const slice = ({ x, y }: ReturnType<typeof pictures>, from: number, to: number) => ({
  x: float32([to - from, 8, 8, 1], x.data.slice(64 * from, 64 * to)),
  y: { ...y, shape: [to - from], data: y.data.slice(from, to) },
});

const made: Model[] = [];
afterAll(() => Promise.all(made.map((model) => model.dispose())));
const kept = (model: Model): Model => (made.push(model), model);

function small(): Model {
  const first = layers.conv2d({
    filters: 4,
    kernelSize: 3,
    activation: "relu",
    inputShape: [8, 8, 1],
  });
  const model = sequential(
    [
      first,
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 4, threads: 1 },
  );
  // Nobody has to wait for it.
  void model.compile({
    optimizer: optimizers.adam({ learningRate: 0.02 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  return kept(model);
}

const numbers = (value: Tensor): number[] => [...(value.data as Float32Array)];
const folder = emptyFolder();
const quiet = { verbose: false, batchSize: 16, seed: 2 };

describe("a model that is trained in TypeScript", () => {
  test("learns, and predicts, evaluates and shows with what it learned", async () => {
    const model = small();
    const { x } = pictures(4, 9);
    const before = numbers(await model.predict(x));
    const options = { ...quiet, epochs: 8, validationSplit: 0.25 };
    const history = await model.fit(pictures(64, 1), options);
    expect(history.last.val_accuracy).toBeGreaterThan(0.9);
    expect(numbers(await model.predict(x))).not.toEqual(before);
    const test = pictures(40, 3);
    const logs = await model.evaluate(test);
    const right = numbers(await model.predict(test.x)).filter(
      (p, i) => (p > 0.5 ? 1 : 0) === test.y.data[i],
    );
    expect(logs.accuracy).toBeCloseTo(right.length / 40, 6);
    const seen = await model.view(evaluationView, photosOf(test), { batch: 16, wrong: 40 });
    expect(seen.result.logs.loss).toBeCloseTo(logs.loss!, 6);
    const { accuracy, mostWrong, classNames } = seen.result.classification;
    expect(accuracy).toBeCloseTo(logs.accuracy!, 6);
    expect(mostWrong).toHaveLength(40 - right.length);
    expect(classNames).toEqual(["class 0", "class 1"]);
    const batches = await model.predict(batchesOf(test, { batchSize: 16 }));
    expect(batches.shape).toEqual([40, 1]);
    expect(numbers(batches)).toEqual(numbers(await model.predict(test.x)));
  });

  test("is measured and trained with the loss that its file multiplies", async () => {
    const test = pictures(40, 3);
    const model = small();
    const half = join(folder, "half.keras");
    const lossOf = async (measured: Model) =>
      (await measured.view(evaluationView, photosOf(test), { batch: 16 })).result.logs.loss!;
    const whole = await lossOf(model);
    await model.compile({ loss: "binaryCrossentropy", lossWeights: [0.5] });
    await model.save(half);
    const opened = kept(await loadModel(half, { threads: 1 }));
    expect(await lossOf(opened)).toBeCloseTo(whole / 2, 6);
    expect((await opened.evaluate(test)).loss).toBeCloseTo(whole / 2, 6);
    const [network, said] = [opened.network, { loss: "mse", lossWeights: { answer: 3 } }];
    const { weight } = classifierLoss(network, ["left", "right"], said);
    expect(weight).toBe(3);
  });

  test("is measured in parts that come to the whole, and stopped with what it has", async () => {
    const model = small();
    const test = pictures(40, 3);
    const whole = await model.view(evaluationView, photosOf(test), { batch: 8 });
    const [first, second] = await Promise.all(
      [slice(test, 0, 24), slice(test, 24, 40)].map((part) =>
        model.view(evaluationView, photosOf(part), { batch: 8 }),
      ),
    );
    const merged = mergeEvaluations(first!.result, second!.result);
    const { classification } = whole.result;
    expect(merged.classification.counts).toEqual(classification.counts);
    expect(merged.logs.loss).toBeCloseTo(whole.result.logs.loss!, 6);
    // Plain data: it goes through JSON as it is.
    expect(JSON.parse(JSON.stringify(classification))).toEqual(classification);
    const stop = new AbortController();
    const seen: number[] = [];
    const stopped = await model.view(
      evaluationView,
      photosOf(test),
      { batch: 8 },
      {
        signal: stop.signal,
        onPartial: ({ result }) => {
          seen.push((result as typeof merged).classification.total);
          if (seen.length === 2) stop.abort();
        },
      },
    );
    expect(seen).toEqual([8, 16]);
    expect(stopped.stopped).toBe(true);
    expect(stopped.result.classification.total).toBe(16);
    expect(stopped.result.logs.loss).toBeGreaterThan(0);
  });

  test("goes on from its file as if it had stayed open", async () => {
    const data = pictures(48, 1);
    const model = small();
    await model.fit(data, { ...quiet, epochs: 2 });
    const path = join(folder, "small.h5");
    await model.save(path);
    const loaded = kept(await loadModel(path, { threads: 1 }));
    const batch = pictures(16, 5);
    const a = await model.trainOnBatch(batch.x, batch.y);
    const b = await loaded.trainOnBatch(batch.x, batch.y);
    expect(b).toEqual(a);
    expect(numbers(await loaded.predict(batch.x))).toEqual(numbers(await model.predict(batch.x)));
    const fresh = kept(await loadModel(path, { threads: 1 }));
    await fresh.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: "bce" });
    await fresh.trainOnBatch(batch.x, batch.y);
    expect(numbers(await fresh.predict(batch.x))).not.toEqual(
      numbers(await model.predict(batch.x)),
    );
  });

  test("callbacks write their files", async () => {
    const model = small();
    const at = (name: string) => join(folder, "callbacks", name);
    await model.fit(pictures(32, 1), {
      ...quiet,
      epochs: 2,
      callbacks: [
        callbacks.modelCheckpoint({
          path: at("best-{epoch}.h5"),
          monitor: "loss",
          saveBestOnly: true,
        }),
        callbacks.csvLogger(at("log.csv")),
        callbacks.tensorBoard(at("board")),
      ],
    });
    expect(readdirSync(at("")).sort()).toEqual(["best-1.h5", "best-2.h5", "board", "log.csv"]);
    expect(readFileSync(at("log.csv"), "utf8")).toMatch(/^epoch,accuracy,loss\n0,.*\n1,.*\n$/);
    expect(readdirSync(at("board/train"))).toEqual([expect.stringMatching(/^events\.out/)]);
    expect(existsSync(at("board/validation"))).toBe(false);
    const best = kept(await loadModel(at("best-2.h5"), { threads: 1 }));
    const { x } = pictures(3, 8);
    expect(numbers(await best.predict(x))).toEqual(numbers(await model.predict(x)));
    expect(() => callbacks.modelCheckpoint({ path: "x.txt" })).toThrow(
      /no kind that can be written/,
    );
  });
});

describe("models of any shape", () => {
  test("branches, shared layers and several outputs train", async () => {
    const x = input({ shape: [6], name: "numbers" });
    const shared = layers.dense({ units: 5, activation: "tanh" });
    const once = apply(shared, x);
    const sum = apply(layers.add(), [once, apply(layers.dense({ units: 5 }), x)]);
    const model = kept(
      functional(
        {
          inputs: x,
          outputs: [
            apply(layers.dense({ units: 1, name: "number" }), sum),
            apply(layers.dense({ units: 3, activation: "softmax", name: "kind" }), once),
          ],
        },
        { seed: 1, threads: 1 },
      ),
    );
    expect(model.layers.map(({ address }) => address)).toEqual([
      "numbers",
      "dense",
      "dense_1",
      "add",
      "number",
      "kind",
    ]);
    await model.compile({
      optimizer: "sgd",
      loss: { number: losses.huber(), kind: "sparse_categorical_crossentropy" },
      lossWeights: { number: 0.5 },
      metrics: { kind: ["accuracy"] },
    });
    const random = new Random(1);
    const values = float32(
      [32, 6],
      Float32Array.from({ length: 192 }, () => random.normal()),
    );
    const rows = Array.from({ length: 32 }, (_, i) => numbers(values).slice(i * 6, i * 6 + 6));
    const target = float32(
      [32],
      rows.map((row) => row[0]! - row[1]!),
    );
    const kind = float32(
      [32],
      rows.map((row) => row.indexOf(Math.max(...row.slice(0, 3)))),
    );
    const history = await model.fit({ x: values, y: [target, kind] }, { ...quiet, epochs: 30 });
    expect(Object.keys(history.history)).toEqual([
      ...["loss", "number_loss", "kind_loss"],
      "kind_accuracy",
    ]);
    expect(history.last.loss).toBeLessThan(history.history.loss![0]! * 0.8);
    await expect(model.compile({ loss: { kind: "mse" } })).rejects.toThrow(
      /no loss for output "number"/,
    );
    await expect(model.compile({ loss: ["mse"] })).rejects.toThrow(
      /a loss for each of the 2 outputs, got 1/,
    );
    // As in Keras, one that is given alone is that of every output.
    await model.compile({ loss: "mse" });
    await expect(model.compile({ loss: { nmber: "mse" } })).rejects.toThrow(
      /its outputs are number, kind/,
    );
  });

  test("what does not fit together is named", () => {
    const head = layers.dense({ units: 1 });
    expect(() => sequential([head])).toThrow(/Dense: the first layer needs an inputShape/);
    const wide = layers.conv2d({ filters: 2, kernelSize: 9, inputShape: [8, 8, 1] });
    expect(() => sequential([wide, layers.flatten(), head])).toThrow(
      /Dense "dense": nothing is left of its input/,
    );
    const named = (name: string) => layers.dense({ units: 2, name });
    expect(() => sequential([{ ...named("a"), inputShape: [3] }, named("a")])).toThrow(
      /two layers are called "a"/,
    );
    expect(() => layers.dense({ units: 1, kernelInitializer: "glorot" })).toThrow(
      /layers\.dense: "kernel_initializer": unknown initializer "glorot"; nearest: GlorotUniform/,
    );
  });
});
