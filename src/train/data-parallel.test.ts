import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { type Tensor, float32 } from "../base/tensor.ts";
import { parseKerasModel } from "../formats/keras/parse-model.ts";
import type { KerasModel } from "../model/model.ts";
import { lowerModel } from "../model/lower.ts";
import { runtime } from "../runtime/node/index.ts";
import { compile } from "./compile.ts";
import { dataParallelExecutor } from "./data-parallel.ts";
import type { StepBatch, StepExecutor } from "./executor.ts";
import { modelWeights } from "./model-weights.ts";
import { optimizeStep } from "./optimize-step.ts";
import { plainExecutor } from "./plain-executor.ts";
import { type TrainingPlan, planTraining } from "./plan.ts";

const ROWS = 6;

/** Two convolutions, dropout and a dense head; weights drawn from a seed. */
function smallModel(regularizer: unknown = null): KerasModel {
  const conv = (name: string, filters: number) => ({
    class_name: "Conv2D",
    config: { name, filters, kernel_size: [3, 3], activation: "relu", kernel_regularizer: regularizer },
  });
  const pool = (name: string) => ({ class_name: "MaxPooling2D", config: { name, pool_size: [2, 2] } });
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
  const network = lowerModelWithZeros(model);
  for (const [address, weight] of network) {
    const [layer, name] = address.split("/");
    const fan = sizeOf(weight.slice(0, -1)) || 10;
    const data = Float32Array.from({ length: sizeOf(weight) }, () => random.normal(0, fan ** -0.5));
    model.layers.find((each) => each.name === layer)!.weights.set(name!, float32(weight, data));
  }
  return model;
}

/** Shapes of the weights, in Keras' layout, by address. */
function lowerModelWithZeros(_model: KerasModel): Map<string, readonly number[]> {
  return new Map([
    ["conv_a/kernel", [3, 3, 3, 4]],
    ["conv_a/bias", [4]],
    ["conv_b/kernel", [3, 3, 4, 6]],
    ["conv_b/bias", [6]],
    ["dense/kernel", [24, 1]],
    ["dense/bias", [1]],
  ]);
}

function plan(optimizer: unknown, regularizer?: unknown): { plan: TrainingPlan; model: KerasModel } {
  const model = smallModel(regularizer);
  const { losses, optimizer: parsed } = compile(lowerModel(model), {
    loss: "binary_crossentropy",
    optimizer: optimizer as never,
  });
  return { plan: planTraining(model, parsed, losses, ROWS), model };
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

async function parallel(plan: TrainingPlan, workers: number): Promise<StepExecutor> {
  const step = optimizeStep(plan.stepGraph(Math.ceil(plan.rows / workers)), { microBatch: 1 });
  return dataParallelExecutor(plan, step, {
    workers,
    startWorker: runtime.startTrainWorker!,
  });
}

/** Makes steps, the last one with fewer rows, and returns what there is to compare. */
async function train(executor: StepExecutor, plan: TrainingPlan, model: KerasModel, steps = 4) {
  await executor.writeWeights(modelWeights(model, plan.weights));
  const losses: number[] = [];
  let predictions: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    const rows = step === steps - 1 ? 2 : ROWS;
    const given = withDropout(batch(step, rows), plan, step);
    const result = await executor.step(given, 0.01);
    losses.push(result.loss);
    predictions = result.predictions;
  }
  const weights = await executor.readWeights();
  const state = await executor.readState();
  await executor.close();
  return { losses, predictions, weights, state };
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
});
