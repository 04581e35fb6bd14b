import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/training-fixtures.ts";
import { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { initialize, initializers } from "./initializers/index.ts";
import { Metric, accuracyFor } from "./metrics/metric.ts";
import { metrics } from "./metrics/index.ts";
import { parseRegularizer, penaltyOf, regularizers } from "./regularizers.ts";
import type { Serialized } from "./registry.ts";
import { learningRateAt } from "./schedules.ts";

interface Numbers {
  shape: number[];
  data: number[];
}
const fixture = readFixture<{
  schedules: { steps: number[]; runs: { schedule: Serialized; values: number[] }[] };
  metrics: {
    rows: number[];
    weights: number[];
    runs: {
      metric: Serialized;
      target: Numbers;
      prediction: Numbers;
      result: number[];
      weighted: number;
    }[];
  };
  regularizers: { weight: number[]; runs: { regularizer: Serialized; value: number }[] };
  initializers: { initializer: string; shape: number[]; deviation: number; largest: number }[];
}>("training.json");

describe("learning-rate schedules follow Keras", () => {
  const { steps, runs } = fixture.schedules;
  test.each(runs.map((run, i) => [`${run.schedule.class_name} ${i}`, run] as const))(
    "%s",
    (_, { schedule, values }) => {
      steps.forEach((step, i) => expect(learningRateAt(schedule, step)).toBeCloseTo(values[i]!, 6));
    },
  );
});

describe("metrics follow Keras over batches of unequal size", () => {
  const { rows, weights, runs } = fixture.metrics;
  const named = runs.map((run, i) => [`${run.metric.class_name} ${i}`, run] as const);
  test.each(named)("%s", (_, run) => {
    const units = run.prediction.shape.at(-1)!;
    const sparse = run.target.shape.length < run.prediction.shape.length;
    const plain = new Metric(run.metric);
    const weighted = new Metric(run.metric);
    let at = 0;
    rows.forEach((positions, i) => {
      const part = (values: number[], width: number) =>
        values.slice(at * width, (at + positions) * width);
      const batch = {
        prediction: part(run.prediction.data, units),
        target: part(run.target.data, sparse ? 1 : units),
        positions,
        units,
        sparse,
      };
      plain.update(batch);
      weighted.update({ ...batch, weights: part(weights, 1) });
      expect(plain.result()).toBeCloseTo(run.result[i]!, 5);
      at += positions;
    });
    expect(weighted.result()).toBeCloseTo(run.weighted, 5);
    const copy = new Metric(run.metric);
    copy.state = plain.state;
    expect(copy.result()).toBe(plain.result());
    plain.reset();
    expect(plain.state.every((value) => value === 0)).toBe(true);
  });
});

test("a metric says which labels it needs", () => {
  const onClasses = { prediction: [0.2, 0.8], target: [1], positions: 1, units: 2, sparse: true };
  const onUnits = { ...onClasses, target: [0, 1], sparse: false };
  expect(() => new Metric(metrics.precision()).update(onClasses)).toThrow(
    /metric "precision".*one-hot/,
  );
  expect(() => new Metric("SparseCategoricalAccuracy").update(onUnits)).toThrow(/class numbers/);
  expect(new Metric("AUC").name).toBe("AUC");
  expect(new Metric(metrics.auc()).name).toBe("auc");
  expect(new Metric(metrics.recall({ name: "found" })).name).toBe("found");
});

test("accuracy is resolved by the shapes of output and label", () => {
  expect(accuracyFor(1, false)).toBe("BinaryAccuracy");
  expect(accuracyFor(3, true)).toBe("SparseCategoricalAccuracy");
  expect(accuracyFor(3, false)).toBe("CategoricalAccuracy");
});

describe("regularizers follow Keras", () => {
  const { weight, runs } = fixture.regularizers;
  test.each(runs.map((run) => [run.regularizer.class_name, run] as const))("%s", (_, run) => {
    const penalty = parseRegularizer(run.regularizer);
    expect(penaltyOf(penalty, weight)).toBeCloseTo(run.value, 6);
  });
  test("names and calls mean the same", () => {
    expect(parseRegularizer("l2")).toEqual({ l1: 0, l2: 0.01 });
    expect(parseRegularizer(regularizers.l1l2({ l1: 0.5 }))).toEqual({ l1: 0.5, l2: 0 });
    expect(parseRegularizer("l1_l2")).toEqual({ l1: 0, l2: 0 });
    expect(parseRegularizer(null)).toEqual({ l1: 0, l2: 0 });
  });
});

const spread = (values: Float32Array) => {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const square = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square), largest: Math.max(...values.map(Math.abs)) };
};

describe("initializers spread as Keras' do", () => {
  const cases = fixture.initializers.map((c) => [`${c.initializer} (${c.shape})`, c] as const);
  test.each(cases)("%s", (_, { initializer, shape, deviation, largest }) => {
    const { data } = initialize(initializer, shape, new Random(5));
    const got = spread(data);
    // The standard error of a deviation is deviation / sqrt(2 n).
    const error = deviation * (6 / Math.sqrt(2 * data.length));
    expect(Math.abs(got.deviation - deviation)).toBeLessThan(error);
    expect(Math.abs(got.mean)).toBeLessThan(6 * (deviation / Math.sqrt(data.length)));
    if (/Uniform|Truncated|Glorot|He|Lecun/.test(initializer))
      expect(Math.abs(got.largest / largest - 1)).toBeLessThan(0.02);
  });

  test("zeros, ones, a constant, the identity", () => {
    const random = new Random(1);
    expect([...initialize("zeros", [2], random).data]).toEqual([0, 0]);
    expect([...initialize("Ones", [2], random).data]).toEqual([1, 1]);
    const third = initialize(initializers.constant({ value: 0.5 }), [1, 2], random);
    expect([...third.data]).toEqual([0.5, 0.5]);
    const eye = initialize(initializers.identity({ gain: 2 }), [2, 3], random);
    expect([...eye.data]).toEqual([2, 0, 0, 0, 2, 0]);
    expect(() => initialize("identity", [2, 2, 2], random)).toThrow(/rank 2, got \(2, 2, 2\)/);
  });

  test.each([[[3, 3, 2, 8]], [[2, 3, 40]]])("orthogonal %o has orthonormal vectors", (shape) => {
    const { data } = initialize("orthogonal", shape, new Random(2));
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape) / columns;
    const count = Math.min(rows, columns);
    const at = (vector: number, i: number) =>
      rows < columns ? data[vector * columns + i]! : data[i * columns + vector]!;
    for (let a = 0; a < count; a++)
      for (let b = 0; b < count; b++) {
        let product = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) product += at(a, i) * at(b, i);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
      }
  });

  test("the same seed draws the same weights; a seed in the settings counts alone", () => {
    const draw = (seed: number, identifier: unknown = "heNormal") => [
      ...initialize(identifier, [4, 4], new Random(seed)).data,
    ];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const own = initializers.heNormal({ seed: 9 });
    expect(draw(1, own)).toEqual(draw(2, own));
  });

  test("an unknown one gets the nearest names", () => {
    expect(() => initialize("glorot_unifrm", [1], new Random(1))).toThrow(
      /unknown initializer "glorot_unifrm"; nearest: GlorotUniform/,
    );
  });
});
