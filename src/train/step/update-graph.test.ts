import { describe, expect, test } from "vitest";
import { readFixture } from "../../../test/training-fixtures.ts";
import { describeShared, sharedJson } from "../../../test/shared.ts";
import { Optimizer } from "../../training/optimizers/optimizer.ts";
import { optimizers } from "../../training/optimizers/index.ts";
import { schedules } from "../../training/schedules.ts";
import { float32, type Tensor } from "../../base/tensor.ts";
import { runtime } from "../../runtime/node/index.ts";
import { buildUpdateGraph, updateNames as names } from "./update-graph.ts";

interface Run {
  optimizer: { class_name: string; config: Record<string, unknown> };
  after: unknown[][];
  slots: Record<string, unknown>;
}
const fixture = readFixture<{
  optimizers: { start: unknown[]; gradients: unknown[][]; runs: Run[] };
}>("training.json");

const toTensor = (nested: unknown): Tensor => {
  const shape: number[] = [];
  for (let at = nested; Array.isArray(at); at = at[0]) shape.push(at.length);
  return float32(shape, (nested as number[]).flat(Infinity) as number[]);
};

/** Runs the update graph over a list of gradients, as an executor does. */
async function follow(identifier: unknown, start: unknown[], gradients: unknown[][]) {
  const optimizer = new Optimizer(identifier);
  const weights = start.map(toTensor);
  const items = weights.map((weight, i) => ({
    name: `v${i}`,
    shape: weight.shape,
    penalty: { l1: 0, l2: 0 },
  }));
  const session = await runtime.open(buildUpdateGraph(optimizer, items), { threads: 1 });
  const feeds: Record<string, Tensor> = {};
  items.forEach((item, i) => {
    feeds[names.weight(item.name)] = weights[i]!;
    for (const { name, initial } of optimizer.slots)
      feeds[names.slot(item.name, name)] = float32(
        item.shape,
        new Float32Array(weights[i]!.data.length).fill(initial),
      );
  });
  const after: number[][][] = [];
  for (const [step, list] of gradients.entries()) {
    const rate = optimizer.learningRateAt(step);
    for (const [name, value] of Object.entries(optimizer.scalars(rate, step)))
      feeds[names.scalar(name)] = float32([], [value]);
    list.forEach((gradient, i) => (feeds[names.gradient(`v${i}`)] = toTensor(gradient)));
    const results = await session.run(feeds);
    for (const { name } of items) {
      feeds[names.weight(name)] = results[names.newWeight(name)]!;
      for (const slot of optimizer.slots)
        feeds[names.slot(name, slot.name)] = results[names.newSlot(name, slot.name)]!;
    }
    after.push(items.map((item) => [...(feeds[names.weight(item.name)]!.data as Float32Array)]));
  }
  await session.release();
  return { after, feeds };
}

function expectClose(got: readonly number[], want: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) =>
    expect(Math.abs(value - want[i]!)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    ),
  );
}

describe("the update graph follows Keras", () => {
  const { start, gradients, runs } = fixture.optimizers;
  test.each(runs.map((run, i) => [`${run.optimizer.class_name} ${i}`, run] as const))(
    "%s",
    async (_, run) => {
      const { after, feeds } = await follow(run.optimizer, start, gradients);
      run.after.forEach((weights, step) =>
        weights.forEach((weight, i) =>
          expectClose(after[step]![i]!, (weight as number[]).flat(Infinity) as number[], 2e-6),
        ),
      );
      const slots = Object.entries(run.slots).filter(([path]) => /v\d_/.test(path));
      expect(slots.length > 0).toBe(new Optimizer(run.optimizer).slots.length > 0);
      for (const [path, value] of slots) {
        const [, item, slot] = /(v\d)_(\w+)$/.exec(path)!;
        const got = feeds[names.slot(item!, slot!)]!.data as Float32Array;
        expectClose([...got], (value as number[]).flat(Infinity) as number[], 2e-6);
      }
    },
  );
});

describeShared("cases/17_rmsprop", "RMSprop's epsilon (case 17)", () => {
  interface Case {
    gradients: number[][];
    start: number[];
    after_each_step: Record<string, Record<string, number[][]>>;
  }
  const { gradients, start, after_each_step } = sharedJson<Case>("cases/17_rmsprop/plain.json");
  const writers = [
    ["keras3", false],
    ["tf_keras", false],
    ["tf_keras_legacy", true],
  ] as const;
  for (const [settings, byWriter] of Object.entries(after_each_step))
    test.each(writers)(`${settings}, %s`, async (writer, legacy) => {
      const epsilon = settings === "default" ? 1e-7 : 1e-2;
      const { after } = await follow(
        {
          class_name: "RMSprop",
          config: { learning_rate: 0.01, epsilon, is_legacy_optimizer: legacy },
        },
        [start],
        gradients.map((gradient) => [gradient]),
      );
      byWriter[writer]!.forEach((want, step) => expectClose(after[step]![0]!, want, 1e-5));
    });
});

test("a TypeScript call and a Keras file say the same thing", () => {
  const learningRate = schedules.exponentialDecay({
    initialLearningRate: 0.1,
    decaySteps: 10,
    decayRate: 0.5,
  });
  const optimizer = new Optimizer(optimizers.sgd({ learningRate, momentum: 0.9 }));
  expect(optimizer.learningRateAt(10)).toBeCloseTo(0.05, 10);
  expect(optimizer.scheduled).toBe(true);
  expect(new Optimizer(optimizer.serialized).serialized).toEqual(optimizer.serialized);
  expect(new Optimizer({ class_name: "Adam", config: { lr: 0.3 } }).learningRateAt(0)).toBe(0.3);
});

test("a wrong optimizer is named, with what is near", () => {
  expect(() => new Optimizer("rmspop")).toThrow(/unknown optimizer "rmspop"; nearest: RMSprop/);
  expect(() => new Optimizer({ class_name: "Adam", config: { beta_1: 2 } })).toThrow(
    /optimizer "Adam": "beta_1": expected a number of at most 1, got 2/,
  );
  expect(() => new Optimizer({ class_name: "Adam", config: { use_ema: true } })).toThrow(/use_ema/);
});
