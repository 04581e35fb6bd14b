import { describe, expect, test } from "vitest";
import { describeShared, sharedJson } from "../../test/shared.ts";
import { Random } from "../base/random.ts";
import { type Tensor, float32, tensor } from "../base/tensor.ts";
import { parseKerasModel } from "../formats/keras/parse-model.ts";
import { initializeWeights } from "../model/lowering/initialize-weights.ts";
import { runtime } from "../runtime/node/index.ts";
import type { Callback } from "./callbacks/callback.ts";
import { earlyStopping } from "./callbacks/early-stopping.ts";
import { reduceLROnPlateau } from "./callbacks/reduce-lr-on-plateau.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  takeCheckpoint,
} from "./checkpoint.ts";
import type { CompileOptions } from "./compile/compile.ts";
import { evaluate } from "./evaluate.ts";
import { type FitOptions, fit } from "./fit.ts";
import { History } from "../model/history.ts";
import { kerasTrainable } from "./source/keras-trainable.ts";
import { Trainer } from "./trainer.ts";
import { type TensorData, type TrainingData, batchesOf } from "./data/training-data.ts";

type LayerJson = { class_name: string; config: Record<string, unknown> };
const layer = (class_name: string, config: Record<string, unknown>): LayerJson => ({
  class_name,
  config,
});
const dense = (units: number, config: Record<string, unknown> = {}) =>
  layer("Dense", { name: `dense_${units}`, units, ...config });

function sequential(shape: number[], layers: LayerJson[]) {
  const input = layer("InputLayer", { name: "input", batch_shape: [null, ...shape] });
  const config = { name: "model", layers: [input, ...layers] };
  return parseKerasModel({ class_name: "Sequential", config }, { kerasVersion: 3 });
}

function trainerOf(
  shape: number[],
  layers: LayerJson[],
  compile: CompileOptions,
  weights: Record<string, Tensor> = {},
) {
  const model = sequential(shape, layers);
  for (const [address, value] of Object.entries(weights)) {
    const [name, weight] = address.split("/");
    model.layers.find((each) => each.name === name)!.weights.set(weight!, value);
  }
  initializeWeights(model, 3);
  return new Trainer(kerasTrainable(model), compile, { runtime, threads: 1, seed: 7 });
}

/** Points in two clouds that a line tells apart. */
function clouds(rows: number, seed = 1): TensorData {
  const random = new Random(seed);
  const y = Float32Array.from({ length: rows }, (_, i) => i % 2);
  const x = Float32Array.from({ length: rows * 3 }, (_, i) =>
    random.normal(y[Math.floor(i / 3)] === 1 ? 1 : -1, 1),
  );
  return { x: float32([rows, 3], x), y: float32([rows], y) };
}

const head = [
  dense(8, { activation: "relu", kernel_regularizer: "l2" }),
  layer("Dropout", { name: "dropout", rate: 0.3 }),
  dense(1, { activation: "sigmoid" }),
];
const compileHead: CompileOptions = {
  optimizer: { class_name: "Adam", config: { learning_rate: 0.01 } },
  loss: "binary_crossentropy",
  metrics: ["accuracy", "AUC"],
};

describeShared("cases/13_partial_batch", "the last, smaller batch (case 13)", () => {
  const { x, y, batch, loss_mae } = sharedJson<{
    x: number[];
    y: number[];
    batch: number;
    loss_mae: Record<string, [number, number]>;
  }>("cases/13_partial_batch/evaluate.json");
  const data = batchesOf({ x: float32([3, 1], x), y: float32([3, 1], y) }, { batchSize: batch });
  const trainer = () =>
    trainerOf(
      [1],
      [dense(1, { use_bias: false })],
      {
        loss: "mse",
        metrics: ["mae"],
        optimizer: { class_name: "SGD", config: { learning_rate: 0 } },
      },
      { "dense_1/kernel": float32([1, 1], [1]) },
    );
  test("counts for what it is, in evaluate, in fit and in val_", async () => {
    const want = loss_mae.keras3!;
    const check = (logs: Record<string, number>, prefix = "") => {
      expect(logs[`${prefix}loss`]).toBeCloseTo(want[0], 4);
      expect(logs[`${prefix}mae`]).toBeCloseTo(want[1], 4);
    };
    check(await evaluate(trainer(), data));
    const { last } = await fit(trainer(), data, { validationData: data });
    check(last);
    check(last, "val_");
  });
});

describeShared("cases/15_label_shapes", "labels (N,) against outputs (N, 1) (case 15)", () => {
  const { x, y, w, loss_accuracy } = sharedJson<{
    x: number[][];
    y: number[];
    w: number[][];
    loss_accuracy: Record<string, [number, number]>;
  }>("cases/15_label_shapes/labels.json");
  const labels: Record<string, Tensor> = {
    N: float32([6], y),
    N1: float32([6, 1], y),
    N_int: tensor("int32", [6], Int32Array.from(y)),
    N1_bool: tensor("bool", [6, 1], Uint8Array.from(y)),
  };
  test.each(Object.entries(labels))("%s", async (name, target) => {
    const trainer = trainerOf(
      [4],
      [dense(1, { use_bias: false, activation: "sigmoid" })],
      { loss: "binary_crossentropy", metrics: ["accuracy"] },
      { "dense_1/kernel": float32([4, 1], w.flat()) },
    );
    const data = { x: float32([6, 4], x.flat()), y: target };
    const [loss, accuracy] = loss_accuracy[`keras3/${name}`]!;
    const logs = await evaluate(trainer, batchesOf(data));
    expect(logs.loss).toBeCloseTo(loss, 5);
    expect(logs.accuracy).toBeCloseTo(accuracy, 5);
    expect((await trainer.trainOnBatch(data)).loss).toBeCloseTo(loss, 5);
  });
});

describeShared("cases/16_loss_from_logits", "sigmoid, logits and the clip (case 16)", () => {
  interface Case {
    logit: number[];
    label: number[];
    loss: Record<string, number[]>;
  }
  const bce = sharedJson<Case>("cases/16_loss_from_logits/bce.json");
  const unit = float32([1, 1], [1]);
  const fromLogits = { class_name: "BinaryCrossentropy", config: { from_logits: true } };
  const plain = dense(1, { use_bias: false });
  const forms: Record<string, [LayerJson[], CompileOptions["loss"]]> = {
    activation: [[dense(1, { use_bias: false, activation: "sigmoid" })], "binary_crossentropy"],
    layer: [
      [plain, layer("Activation", { name: "act", activation: "sigmoid" })],
      "binary_crossentropy",
    ],
    from_logits_and_sigmoid: [[dense(1, { use_bias: false, activation: "sigmoid" })], fromLogits],
    linear_from_logits: [[plain], fromLogits],
    // A Reshape behind the sigmoid hides the logit, so that the loss sees probabilities.
    function_on_probabilities: [
      [
        dense(1, { use_bias: false, activation: "sigmoid" }),
        layer("Reshape", { name: "reshape", target_shape: [1] }),
      ],
      "binary_crossentropy",
    ],
  };
  test.each(Object.entries(forms))("%s", async (form, [layers, loss]) => {
    const trainer = trainerOf([1], layers, { loss }, { "dense_1/kernel": unit });
    for (const [i, logit] of bce.logit.entries()) {
      const data = { x: float32([1, 1], [logit]), y: float32([1], [bce.label[i]!]) };
      const want = bce.loss[`keras3/${form}`]![i]!;
      const { loss: got } = await evaluate(trainer, batchesOf(data));
      expect(Math.abs(got! - want), String(logit)).toBeLessThan(1e-5 * Math.max(1, want));
    }
    const { notices } = trainer.compiled;
    expect(notices.length).toBe(form === "from_logits_and_sigmoid" ? 1 : 0);
  });

  const cce = sharedJson<{ logits: number[][]; label: number[]; loss: Record<string, number[]> }>(
    "cases/16_loss_from_logits/cce.json",
  );
  test.each(["sparse_categorical_crossentropy", "categorical_crossentropy"])("%s", async (loss) => {
    const trainer = trainerOf([3], [layer("Softmax", { name: "softmax" })], { loss });
    for (const [i, logits] of cce.logits.entries()) {
      const label = cce.label[i]!;
      const y = loss.startsWith("sparse")
        ? float32([1], [label])
        : float32(
            [1, 3],
            [0, 1, 2].map((c) => (c === label ? 1 : 0)),
          );
      const { loss: got } = await evaluate(trainer, batchesOf({ x: float32([1, 3], logits), y }));
      expect(got).toBeCloseTo(cce.loss[`keras3/${loss}`]![i]!, 4);
    }
  });
});

describe("fit", () => {
  const data = batchesOf(clouds(50), { batchSize: 16, shuffle: true, seed: 5 });
  const validationData = batchesOf(clouds(20, 2), { batchSize: 16 });

  test("learns, and reports every epoch", async () => {
    const trainer = trainerOf([3], head, compileHead);
    const history = await fit(trainer, data, { epochs: 12, validationData });
    expect(Object.keys(history.history)).toEqual([
      "loss",
      "accuracy",
      "AUC",
      "val_loss",
      "val_accuracy",
      "val_AUC",
    ]);
    expect(history.history.loss!.at(-1)).toBeLessThan(history.history.loss![0]! * 0.8);
    expect(history.last.val_accuracy).toBeGreaterThan(0.8);
    expect(trainer.iterations).toBe(12 * 4);
    expect(History.from(JSON.parse(JSON.stringify(history))).toCsv()).toBe(history.toCsv());
    expect(history.toCsv().split("\n")[0]).toBe(
      "epoch,loss,accuracy,AUC,val_loss,val_accuracy,val_AUC",
    );
  });

  const allOf = (trainer: Trainer) =>
    trainer.readState().then((state) => ({
      ...state,
      weights: [...state.weights].map(([address, value]) => [
        address,
        [...(value.data as Float32Array)],
      ]),
      slots: [...state.slots].map(([slot, group]) => [
        slot,
        [...group].map(([address, value]) => [address, [...(value.data as Float32Array)]]),
      ]),
    }));
  const watchers = (): Callback[] => [
    // The first epoch is the "best" one, so that its weights must survive the stop.
    earlyStopping({ monitor: "loss", mode: "max", patience: 9, restoreBestWeights: true }),
    reduceLROnPlateau({ patience: 1, minDelta: 1, factor: 0.7 }),
  ];
  const whole = async () => {
    const trainer = trainerOf([3], head, compileHead);
    const history = await fit(trainer, data, { epochs: 4, validationData, callbacks: watchers() });
    return { history: history.toJSON(), state: await allOf(trainer) };
  };

  test("gives the same numbers to the bit for the same seed", async () => {
    expect(await whole()).toEqual(await whole());
  });

  /** Trains to a stop, and goes on from the file that was written there in a fresh trainer. */
  async function inTwoParts(first: FitOptions) {
    let file: Uint8Array | undefined;
    const checkpoint: FitOptions["checkpoint"] = async (run) => {
      file = encodeCheckpoint(await takeCheckpoint(run, { a: NaN }));
    };
    const options = { validationData, checkpoint };
    const trainer = trainerOf([3], head, compileHead);
    await fit(trainer, data, { ...options, callbacks: watchers(), ...first });
    const read: Checkpoint = decodeCheckpoint(file!);
    expect(read.about).toEqual({ a: NaN });
    const second = trainerOf([3], head, compileHead);
    await second.writeState(read.state);
    const history = await fit(second, data, {
      ...options,
      epochs: 4,
      callbacks: watchers(),
      from: read.position,
      callbackWeights: read.callbackWeights,
    });
    return { history: history.toJSON(), state: await allOf(second) };
  }

  test("2 + 2 epochs are 4 epochs to the bit, callbacks included", async () => {
    expect(await inTwoParts({ epochs: 2 })).toEqual(await whole());
  });

  test.each([1, 3, 4, 6, 11])("a stop after batch %i changes nothing", async (batches) => {
    let seen = 0;
    const shouldStop = () => ++seen === batches;
    expect(await inTwoParts({ epochs: 4, shouldStop })).toEqual(await whole());
  });

  test("evaluation does not depend on how the rows are batched", async () => {
    const trainer = trainerOf([3], head, compileHead);
    const sampleWeight = float32(
      [50],
      Float32Array.from({ length: 50 }, (_, i) => i % 3),
    );
    const rows = { ...clouds(50), sampleWeight };
    const [one, ...others] = await Promise.all(
      [50, 20, 7, 1].map((batchSize) => evaluate(trainer, batchesOf(rows, { batchSize }))),
    );
    for (const logs of others)
      for (const [name, value] of Object.entries(logs)) expect(value).toBeCloseTo(one![name]!, 5);
  });

  test("class weights count as sample weights do", async () => {
    const { x, y } = clouds(16);
    const labels = (y as Tensor).data as Float32Array;
    const sampleWeight = float32(
      [16],
      labels.map((label) => (label === 1 ? 3 : 0.5)),
    );
    const a = trainerOf([3], head, compileHead);
    const b = trainerOf([3], head, compileHead);
    const first = await a.trainOnBatch({ x, y }, { 0: 0.5, 1: 3 });
    expect(first).toEqual(await b.trainOnBatch({ x, y, sampleWeight }));
    const c = trainerOf([3], head, compileHead);
    expect((await c.trainOnBatch({ x, y })).loss).not.toBe(first.loss);
    expect(await allOf(a)).toEqual(await allOf(b));
  });

  test("a batch with NaN is refused by name, and what was trained stays", async () => {
    const good = clouds(8);
    const bad = clouds(8);
    ((bad.x as Tensor).data as Float32Array)[10] = NaN;
    const spoiled: TrainingData = {
      *epoch() {
        yield good;
        yield { ...bad, ids: Array.from({ length: 8 }, (_, i) => `cat/${i}.jpg`) };
      },
    };
    const trainer = trainerOf([3], head, compileHead);
    let saved = 0;
    const checkpoint = () => Promise.resolve(void saved++);
    await expect(fit(trainer, spoiled, { checkpoint })).rejects.toThrow(
      'epoch 1, batch 2: input "input": cat/3.jpg holds NaN',
    );
    expect([trainer.iterations, saved]).toEqual([1, 1]);
    for (const value of (await trainer.readWeights()).values())
      expect((value.data as Float32Array).every(Number.isFinite)).toBe(true);
  });

  test("an empty data set is an error", async () => {
    const empty: TrainingData = { epoch: () => [] };
    await expect(fit(trainerOf([3], head, compileHead), empty)).rejects.toThrow(
      "epoch 1: the data set holds no batch to train on",
    );
  });
});

describe("labels and heads that cannot belong together", () => {
  const x = float32([4, 3], new Float32Array(12));
  const on = (units: number, activation: string, loss: string, y: Tensor) =>
    trainerOf([3], [dense(units, { activation })], { loss }).trainOnBatch({ x, y });
  const classes = float32([4], [0, 1, 2, 1]);
  const oneHot = float32([4, 3], new Float32Array(12));

  test.each([
    [3, "softmax", "categorical_crossentropy", classes, /use SparseCategoricalCrossentropy/],
    [3, "softmax", "sparse_categorical_crossentropy", oneHot, /use CategoricalCrossentropy/],
    [2, "softmax", "sparse_categorical_crossentropy", classes, /label 2 does not fit.*0 to 1/],
    [2, "sigmoid", "binary_crossentropy", classes, /labels of shape \(4,\).*\(4, 2\)/],
    [1, "sigmoid", "binary_crossentropy", oneHot, /labels of shape \(4, 3\).*\(4, 1\)/],
  ] as const)("%i %s under %s", async (units, activation, loss, y, message) => {
    await expect(on(units, activation, loss, y)).rejects.toThrow(message);
  });

  test.each([
    ["softmax", "categorical_crossentropy", /one unit.*learns nothing.*BinaryCrossentropy/],
    ["linear", "sparse_categorical_crossentropy", /one unit.*learns nothing/],
    ["softmax", "binary_crossentropy", /softmax over one unit is always 1/],
  ])("one unit, %s, %s: refused at compile", (activation, loss, message) => {
    expect(() => trainerOf([3], [dense(1, { activation })], { loss })).toThrow(message);
  });
});

test("a constraint that is not known is refused before training", () => {
  const constrained = dense(1, { kernel_constraint: { class_name: "Radial", config: {} } });
  expect(() => trainerOf([3], [constrained], { loss: "mse" })).toThrow(
    /^weight "dense_1\/kernel": unknown constraint "Radial"; nearest: /,
  );
});
