import { describe, expect, test } from "vitest";
import { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { parseKerasModel } from "../../formats/keras/parse-model.ts";
import type { KerasModel } from "../../model/model.ts";
import { lowerModel } from "../../model/lowering/lower.ts";
import type { WorkerThread } from "../../runtime/runtime.ts";
import { runtime } from "../../runtime/node/index.ts";
import { compile } from "../compile/compile.ts";
import { type WorkerGraphs, dataParallelExecutor } from "./data-parallel.ts";
import type { TrainRequest } from "./job.ts";
import type { StepBatch, StepExecutor, StepGraph } from "../step/executor.ts";
import { fastExecutor } from "../step/fast-executor.ts";
import { networkWeights } from "../model-weights.ts";
import { plainExecutor } from "../step/plain-executor.ts";
import { kerasTraining } from "../source/keras-trainable.ts";
import { type TrainingPlan, planTraining } from "../compile/plan.ts";

const ROWS = 6;

/** Two convolutions, dropout and a dense head; weights drawn from a seed. */
function smallModel(regularizer: unknown = null, normalised = false): KerasModel {
  const conv = (name: string, filters: number) => ({
    class_name: "Conv2D",
    config: {
      name,
      filters,
      kernel_size: [3, 3],
      activation: "relu",
      kernel_regularizer: regularizer,
    },
  });
  const pool = (name: string) => ({
    class_name: "MaxPooling2D",
    config: { name, pool_size: [2, 2] },
  });
  const model = parseKerasModel(
    {
      class_name: "Sequential",
      config: {
        name: "small",
        layers: [
          { class_name: "InputLayer", config: { name: "in", batch_shape: [null, 14, 14, 3] } },
          conv("conv_a", 4),
          pool("pool_a"),
          conv("conv_b", 6),
          ...(normalised
            ? [{ class_name: "BatchNormalization", config: { name: "norm", momentum: 0.9 } }]
            : []),
          pool("pool_b"),
          { class_name: "Flatten", config: { name: "flatten" } },
          { class_name: "Dropout", config: { name: "dropout", rate: 0.5 } },
          { class_name: "Dense", config: { name: "dense", units: 1, activation: "sigmoid" } },
        ],
      },
    },
    { kerasVersion: 3 },
  );
  const random = new Random(7);
  for (const [address, shape] of weightShapes) {
    const [layer, name] = address.split("/");
    const fan = sizeOf(shape.slice(0, -1)) || 10;
    const data = Float32Array.from({ length: sizeOf(shape) }, () => random.normal(0, fan ** -0.5));
    const found = model.layers.find((each) => each.name === layer);
    found?.weights.set(name!, float32(shape, name === "moving_variance" ? data.fill(1) : data));
  }
  return model;
}

/** Shapes of its weights, in Keras' layout, by address. */
const weightShapes = new Map<string, readonly number[]>([
  ["conv_a/kernel", [3, 3, 3, 4]],
  ["conv_a/bias", [4]],
  ["conv_b/kernel", [3, 3, 4, 6]],
  ["conv_b/bias", [6]],
  ["norm/gamma", [6]],
  ["norm/beta", [6]],
  ["norm/moving_mean", [6]],
  ["norm/moving_variance", [6]],
  ["dense/kernel", [24, 1]],
  ["dense/bias", [1]],
]);

function plan(
  optimizer: unknown,
  regularizer?: unknown,
  normalised = false,
  loss: unknown = "binary_crossentropy",
): { plan: TrainingPlan; model: KerasModel } {
  const model = smallModel(regularizer, normalised);
  const { losses, optimizer: parsed } = compile(lowerModel(model), {
    loss: loss as never,
    optimizer: optimizer as never,
  });
  return { plan: planTraining(kerasTraining(model), parsed, losses, ROWS), model };
}

function batch(seed: number, rows = ROWS): StepBatch {
  const random = new Random(seed);
  const draw = (shape: number[], value: () => number) =>
    float32(shape, Float32Array.from({ length: sizeOf(shape) }, value));
  return {
    x: [draw([rows, 3, 14, 14], () => random.uniform())],
    y: [draw([rows, 1], () => (random.uniform() < 0.5 ? 0 : 1))],
    rowWeight: new Float32Array(rows).fill(1 / rows),
    random: {},
  };
}

function withDropout(given: StepBatch, plan: TrainingPlan, seed: number): StepBatch {
  const random = new Random(seed);
  const rows = given.rowWeight.length;
  const drawn = plan.stepGraph(ROWS).inputs.random.map(({ value, shape }) => {
    const own = shape.map((length) => length ?? rows);
    const data = Float32Array.from({ length: sizeOf(own) }, () => (random.uniform() < 0.5 ? 0 : 2));
    return [value, float32(own, data)] as const;
  });
  return { ...given, random: Object.fromEntries(drawn) };
}

const parallel = (plan: TrainingPlan, threads: number) => fastExecutor(runtime, { threads })(plan);

/** Makes steps, the last one with fewer rows. */
async function makeSteps(executor: StepExecutor, plan: TrainingPlan, from: number, to: number) {
  const losses: number[] = [];
  let predictions: Tensor[] = [];
  for (let step = from; step < to; step++) {
    const given = withDropout(batch(step, step === 3 ? 2 : ROWS), plan, step);
    const result = await executor.step(given, 0.01);
    losses.push(result.loss);
    predictions = result.predictions;
  }
  return { losses, predictions };
}

/** Trains from the model's weights, and returns what there is to compare. */
async function train(executor: StepExecutor, plan: TrainingPlan, model: KerasModel) {
  await executor.writeWeights(networkWeights(lowerModel(model)));
  const made = await makeSteps(executor, plan, 0, 4);
  const weights = await executor.readWeights();
  const state = await executor.readState();
  await executor.close();
  return { ...made, weights, state };
}

function expectClose(got: Tensor, want: Tensor, name: string): void {
  expect(got.shape, name).toEqual(want.shape);
  const [a, b] = [got.data as Float32Array, want.data as Float32Array];
  const norm = Math.hypot(...b) || 1;
  expect(Math.hypot(...a.map((value, i) => value - b[i]!)) / norm, name).toBeLessThan(1e-4);
}

const optimizers: Record<string, [unknown, unknown?]> = {
  SGD: ["sgd"],
  "Adam, weights with a price": [
    { class_name: "Adam", config: {} },
    { class_name: "L2", config: { l2: 0.01 } },
  ],
  "RMSprop, gradients cut by the norm of all": [
    { class_name: "RMSprop", config: { global_clipnorm: 0.1 } },
  ],
  "SGD, gradients cut by the norm of each": [
    { class_name: "SGD", config: { clipnorm: 0.05, momentum: 0.9 } },
  ],
};

describe("steps on several threads", () => {
  test.each(Object.entries(optimizers))(
    "are those on one: %s",
    async (_, [optimizer, regularizer]) => {
      const { plan: one, model } = plan(optimizer, regularizer);
      const want = await train(await plainExecutor(runtime, { threads: 1 })(one), one, model);
      const got = await train(await parallel(one, 2), one, model);
      got.losses.forEach((loss, i) => expect(loss).toBeCloseTo(want.losses[i]!, 5));
      expect(got.predictions[0]!.shape).toEqual([2, 1]);
      expectClose(got.predictions[0]!, want.predictions[0]!, "predictions");
      expect([...got.weights.keys()].sort()).toEqual([...want.weights.keys()].sort());
      for (const [address, weight] of want.weights)
        expectClose(got.weights.get(address)!, weight, address);
      expect(got.state.iterations).toBe(want.state.iterations);
      for (const [slot, tensors] of want.state.slots)
        for (const [address, tensor] of tensors)
          expectClose(got.state.slots.get(slot)!.get(address)!, tensor, `${slot} of ${address}`);
    },
  );

  test.each([2, 4])("exchange the statistics of a batch between %i threads", async (threads) => {
    const { plan: one, model } = plan("rmsprop", null, true);
    const want = await train(await plainExecutor(runtime, { threads: 1 })(one), one, model);
    expect(one.stepGraph(ROWS).couplesBatch).toBe(true);
    // The last batch has 2 rows: with 4 threads, two have nothing to do.
    const got = await train(await parallel(one, threads), one, model);
    got.losses.forEach((loss, i) => expect(loss).toBeCloseTo(want.losses[i]!, 5));
    expectClose(got.predictions[0]!, want.predictions[0]!, "predictions");
    expect([...got.weights.keys()].sort()).toEqual([...want.weights.keys()].sort());
    for (const [address, weight] of want.weights)
      // A shift before the normalisation is taken out again: its gradient is nothing but rounding.
      if (address !== "conv_b/bias") expectClose(got.weights.get(address)!, weight, address);
  });

  test("take a loss of the whole batch of all rows", async () => {
    const { plan: one, model } = plan("sgd", null, false, "dice");
    expect(one.stepGraph(ROWS).couplesBatch).toBe(true);
    const want = await train(await plainExecutor(runtime, { threads: 1 })(one), one, model);
    const got = await train(await parallel(one, 2), one, model);
    got.losses.forEach((loss, i) => expect(loss).toBeCloseTo(want.losses[i]!, 5));
    for (const [address, weight] of want.weights)
      expectClose(got.weights.get(address)!, weight, address);
  });

  test("differ where each thread takes the statistics of its own rows", async () => {
    const { plan: one, model } = plan("rmsprop", null, true);
    const want = await train(await plainExecutor(runtime, { threads: 1 })(one), one, model);
    const wrong = await dataParallelExecutor(one, {
      workers: 2,
      startWorker: () => runtime.startTrainWorker!(),
      graphs: plainGraphs(one.stepGraph(ROWS / 2)),
    });
    const got = await train(wrong, one, model);
    expect(() => expectClose(got.predictions[0]!, want.predictions[0]!, "predictions")).toThrow();
  });

  test("give the same numbers for any number of threads, one included", async () => {
    const { plan: one, model } = plan("rmsprop");
    const want = await train(await parallel(one, 1), one, model);
    const got = await train(await parallel(one, 4), one, model);
    for (const [address, weight] of want.weights)
      expectClose(got.weights.get(address)!, weight, address);
  });

  test("give the same bits when made again, and when a training stops and goes on", async () => {
    const { plan: one, model } = plan("adam");
    const whole = await train(await parallel(one, 2), one, model);
    const before = await parallel(one, 2);
    await before.writeWeights(networkWeights(lowerModel(model)));
    await makeSteps(before, one, 0, 2);
    const [weights, state] = [await before.readWeights(), await before.readState()];
    await before.close();
    const after = await parallel(one, 2);
    await after.writeWeights(weights);
    await after.writeState(state);
    await makeSteps(after, one, 2, 4);
    expect(await after.readWeights()).toEqual(whole.weights);
    expect(await after.readState()).toEqual(whole.state);
    await after.close();
  });
});

/** The plain graph for both of two workers. */
const plainGraphs = (step: StepGraph): WorkerGraphs => {
  const part = { size: step.rows, rounds: [{ graph: step.graph, exchanges: [] }] };
  return { step, nameOf: () => "plain", build: () => Promise.resolve([part, part]) };
};

/** Starts workers of which the second dies when it is asked to make a step. */
function fragile(): () => WorkerThread {
  let started = 0;
  return () => {
    const thread = runtime.startTrainWorker!();
    if (started++ === 0) return thread;
    let die: (error: Error | null) => void;
    return {
      ...thread,
      listen: (onMessage, onEnd) => thread.listen(onMessage, (die = onEnd)),
      post: (message) =>
        (message as TrainRequest).kind === "step"
          ? die(new Error("out of memory"))
          : thread.post(message),
    };
  };
}

describe("a worker that stops", () => {
  test("is one clear error, now and at every later step", async () => {
    const { plan: one } = plan("sgd");
    const executor = await dataParallelExecutor(one, {
      workers: 2,
      startWorker: fragile(),
      graphs: plainGraphs(one.stepGraph(3)),
    });
    const step = executor.step(withDropout(batch(0), one, 0), 0.01);
    await expect(step).rejects.toThrow("training worker 2 of 2 stopped: out of memory");
    await expect(executor.step(withDropout(batch(1), one, 1), 0.01)).rejects.toThrow(
      /^training worker 2 of 2 stopped: /,
    );
    await executor.close();
  });

  test("is told from a graph that the engine refuses", async () => {
    const { plan: one } = plan("sgd");
    const step = one.stepGraph(3);
    step.graph.nodes[0]!.op = "NoSuchOp";
    await expect(
      dataParallelExecutor(one, {
        workers: 2,
        startWorker: () => runtime.startTrainWorker!(),
        graphs: plainGraphs(step),
      }),
    ).rejects.toThrow(/^training worker \d of 2 stopped: the engine refused: .*NoSuchOp/);
  });

  test("more rows than there is room for are refused", async () => {
    const { plan: one } = plan("sgd");
    const executor = await parallel(one, 2);
    await expect(executor.step(batch(0, ROWS + 1), 0.01)).rejects.toThrow(
      `expected at most ${ROWS} rows in a batch, got ${ROWS + 1}`,
    );
    await executor.close();
  });
});
