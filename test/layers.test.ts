import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runtime } from "#runtime";
import { type Tensor, float32, toFloat32, transpose } from "../src/base/tensor.ts";
import { definitions, findLayer } from "../src/layers/index.ts";
import { operationClassNames } from "../src/layers/operations.ts";
import { lowerModel } from "../src/model/lower.ts";
import { toGraph, toUser, weightToUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import {
  type LayerCase,
  type LayerFixture,
  type Sample,
  configOf,
  makeInput,
  singleLayerModel,
} from "./layer-fixtures.ts";

/**
 * The layer contract: every registered class has fixtures made by real Keras (fixtures/layers.py), and
 * for each of them the configuration survives, the weights have Keras' shapes, the shape rule tells
 * the truth, and the numbers are Keras'.
 */
const folder = fileURLToPath(new URL("../fixtures/data/layers/", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const fixtures = files.map(
  (name) => JSON.parse(readFileSync(folder + name, "utf8")) as LayerFixture,
);

const tolerance = 1e-5;

function expectSample(got: Tensor, want: Sample, allowed = tolerance): void {
  expect(got.shape).toEqual(want.shape);
  const data = toFloat32(got).data;
  want.values.forEach((value, i) => {
    const at = i * want.every;
    const error = Math.abs(data[at]! - value) / Math.max(1, Math.abs(value));
    expect(error, `element ${at}: got ${data[at]}, Keras has ${value}`).toBeLessThanOrEqual(
      allowed,
    );
  });
}

describe.each(fixtures.map((fixture) => [fixture.class, fixture] as const))("%s", (_, fixture) => {
  test.each(
    fixture.cases.map(
      (each, i) => [`${i} ${each.note} ${JSON.stringify(each.set ?? {})}`, each] as const,
    ),
  )("%s", async (_title, each) => {
    const { model, layer, call } = singleLayerModel(fixture, each);

    // The configuration: what Keras wrote is what we know, word for word.
    const config = configOf(fixture, each);
    if (each.version === 3 && layer.definition!.kind !== "arithmetic")
      for (const [key, value] of Object.entries(config)) {
        if (key === "build_config") continue;
        expect(layer.config, `no field for "${key}"`).toHaveProperty(key);
        expect(unwrapped(layer.config[key])).toEqual(unwrapped(value));
      }

    // The weights: Keras' number, order and shapes.
    const shapes = each.inputs.map((input) => input.shape);
    const specs = layer.definition!.weights?.(layer.config, shapes, call) ?? [];
    expect(specs.map((spec) => [...spec.shape])).toEqual(
      each.weights.map((weight) => weight.shape),
    );

    // The numbers, and the shape rule.
    const network = lowerModel(model, { training: each.training ?? false });
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const feeds: Record<string, Tensor> = {};
    each.inputs.forEach((spec, i) => {
      const port = network.inputs[i]!;
      feeds[port.value] = toGraph(makeInput(spec), port);
    });
    expect(network.random.length).toBe(each.drawn?.length ?? 0);
    network.random.forEach(({ value }, i) => {
      const { shape, values } = each.drawn![i]!;
      feeds[value] = transpose(float32(shape, values), network.inputs[0]!.order);
    });
    const ports = network.outputs;
    const moved = [...network.updates.entries()];
    const values = await running.runGraph(feeds, [
      ...ports.map((port) => port.value),
      ...moved.map(([, value]) => value),
    ]);
    expect(ports.length).toBe(each.outputs.length);
    ports.forEach((port, i) => {
      const got = toUser(values[i]!, port);
      expectSample(got, each.outputs[i]!, each.tolerance);
      port.shape.forEach((length, axis) => {
        if (typeof length === "number") expect(length).toBe(got.shape[axis]);
      });
    });
    expectAfter(each, network, moved, values.slice(ports.length));
    await running.release();
  });
});

/** After a training step: the weights that move by themselves have moved as Keras moves them. */
function expectAfter(
  each: LayerCase,
  network: ReturnType<typeof lowerModel>,
  moved: readonly (readonly [string, string])[],
  values: readonly Tensor[],
): void {
  if (each.after === undefined) return;
  const addresses = [...network.weights.keys()];
  each.after.forEach((want, i) => {
    const at = moved.findIndex(([address]) => address === addresses[i]);
    if (at >= 0) expectSample(weightToUser(values[at]!, network.weights.get(addresses[i]!)!), want);
    else expect(want.values[0]).toBeCloseTo(startOf(each, i), 6);
  });
}

const startOf = (each: LayerCase, i: number): number =>
  makeInput(each.weights[i]!).data[0] as number;

/** Takes NumPy and TensorFlow wrappers off, which say the same number in another way. */
function unwrapped(value: unknown): unknown {
  const record = value as { class_name?: string; config?: { value?: unknown } } | null;
  return record?.class_name === "__numpy__" ? record.config?.value : value;
}

test("every operation of Keras 3 and every way of Keras 2 to keep one has a fixture", () => {
  const cases = fixtures.flatMap((fixture) => fixture.cases);
  const covered = cases
    .filter((each) => each.module?.includes(".ops."))
    .map((each) => each.class_name);
  expect(operationClassNames().filter((name) => !covered.includes(name))).toEqual([]);
  const classes = cases.map((each) => each.class_name);
  expect(classes).toEqual(expect.arrayContaining(["TFOpLambda", "SlicingOpLambda"]));
});

test("every registered class has a fixture", () => {
  const covered = new Set(fixtures.map((fixture) => findLayer(fixture.class)));
  const missing = Object.values(definitions).filter((each) => !covered.has(each as never));
  expect(missing.map((each) => each.className)).toEqual([]);
});
