import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runtime } from "../src/runtime/node/index.ts";
import type { Fields } from "../src/base/fields.ts";
import { type Tensor, float32, toFloat32 } from "../src/base/tensor.ts";
import { transpose } from "../src/base/transpose.ts";
import { addGradient } from "../src/gradient/gradient.ts";
import { definitions, findLayer } from "../src/layers/index.ts";
import { parseLayer } from "../src/layers/layer.ts";
import { operationClassNames } from "../src/layers/operations/operation-layers.ts";
import { bindDims } from "../src/ops/infer/bind-dims.ts";
import { lowerModel } from "../src/model/lowering/lower.ts";
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
    network.random.forEach(({ value, shape }, i) => {
      const drawn = each.drawn![i]!;
      feeds[value] = arranged(float32(drawn.shape, drawn.values), network.inputs[0]!.order, shape);
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

/** A random tensor that Keras drew as the graph wants it: in the order of the input, channels second. */
function arranged(drawn: Tensor, order: readonly number[], wanted: readonly (number | null)[]) {
  if (drawn.shape.length === order.length) return transpose(drawn, order);
  const fits = drawn.shape.every((length, axis) => [length, null].includes(wanted[axis]!));
  const space = drawn.shape.slice(2).map((_, i) => i + 1);
  return fits ? drawn : transpose(drawn, [0, drawn.shape.length - 1, ...space]);
}

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

describe("each layer can be differentiated", () => {
  // If and Loop have no gradient rule; nothing else stands between a layer's output and its input.
  const walked = fixtures.filter((fixture) => fixture.cases.some((each) => !each.training));
  test.each(walked.map((fixture) => [fixture.class, fixture] as const))("%s", (_, fixture) => {
    const each = fixture.cases.find((candidate) => !candidate.training)!;
    const { model } = singleLayerModel(fixture, each);
    const { graph: free, inputs, outputs, weights } = lowerModel(model, { training: false });
    const graph = bindDims(free, { N: each.inputs[0]!.shape[0]! });
    const trained = [...weights.values()].filter((weight) => weight.trainable);
    const wrt = [...inputs.map((port) => port.value), ...trained.map((weight) => weight.value)];
    const { gradients } = addGradient(graph, { of: outputs[0]!.value, wrt });
    expect([...gradients.keys()]).toEqual(wrt);
  });
});

describe("fields have Keras 3's names and defaults", () => {
  const signatures = JSON.parse(readFileSync(`${folder}signatures/keras3.json`, "utf8")) as Record<
    string,
    { required: string[]; defaults: Record<string, unknown> }
  >;
  // What only Python can say: an object, a graph's tensor, what Keras keeps out of the configuration.
  const notInFiles = new Set(["weights", "shape", "batch_size", "input_tensor", "flash_attention"]);
  const known = Object.values(definitions).filter((each) => each.className in signatures);
  test.each(known.map((each) => [each.className, each] as const))("%s", (className, each) => {
    const { required, defaults } = signatures[className]!;
    const fields = each.fields as Fields;
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(required));
    for (const [key, value] of Object.entries(defaults)) {
      const field = fields[key];
      if (field === undefined && (notInFiles.has(key) || /^lora|^gptq/.test(key))) continue;
      expect(field, `${key}: no such field`).toBeDefined();
      const parsed = value === null ? null : field!.parse(value);
      const same = (each: unknown) => (typeof each === "string" ? each.toLowerCase() : each);
      expect(same(field!.fallback ?? null), key).toEqual(same(parsed));
    }
  });
});

describe("what does not fit is said in words", () => {
  const shape = (className: string, config: Record<string, unknown>, input: (number | null)[]) => {
    const { definition, config: parsed } = parseLayer(findLayer(className)!, "layer", config, 3);
    definition.weights?.(parsed, [input]);
    return definition.outputShape(parsed, [input], { kwargs: {} });
  };
  const conv = { filters: 4, kernel_size: 3 };

  test.each([
    ["Conv2D", conv, [null, 28, 28], /4 axes, the batch included, got 3: \(None, 28, 28\)/],
    ["Conv2D", { ...conv, groups: 3 }, [null, 8, 8, 4], /4 input channels do not divide into 3/],
    ["Conv2D", { ...conv, groups: 2, filters: 3 }, [null, 8, 8, 4], /3 filters do not divide/],
    ["LSTM", { units: 4 }, [null, 4], /3 axes, the batch included, got 2/],
    ["Reshape", { target_shape: [5, 5] }, [null, 24], /cannot make \(5, 5\) of \(24,\)/],
    ["Cropping1D", { cropping: [3, 3] }, [null, 5, 2], /cuts 3 \+ 3 of an axis that is 5 long/],
    [
      "Permute",
      { dims: [1, 1] },
      [null, 5, 2],
      /expected an order of the axes 1 to 2, got \[1,1\]/,
    ],
    ["Dense", { units: 4 }, [null, null], /the length of the last axis is not known/],
    ["Dropout", { rate: 1.5 }, [null, 3], /"rate": expected a number of at most 1, got 1.5/],
    ["LayerNormalization", { axis: 7 }, [null, 3], /axis 7 is outside a tensor of rank 2/],
  ])("%s %j on %j", (className, config, input, message) => {
    expect(() => shape(className, config, input)).toThrow(message);
  });

  test("inputs of a merge that do not fit together", () => {
    const { definition, config } = parseLayer(findLayer("Add")!, "layer", {}, 3);
    const shapes = [
      [null, 4, 4, 3],
      [null, 4, 5, 3],
    ];
    expect(() => definition.outputShape(config, shapes, { kwargs: {} })).toThrow(
      /shapes \(None, 4, 4, 3\) and \(None, 4, 5, 3\) do not fit together/,
    );
  });

  test("an unknown activation gets the nearest names", () => {
    const { model } = singleLayerModel(
      fixtures.find((fixture) => fixture.class === "Activation")!,
      {
        ...fixtures.find((fixture) => fixture.class === "Activation")!.cases[0]!,
        config: { activation: "rellu" },
      },
    );
    expect(() => lowerModel(model)).toThrow(/unknown activation "rellu"; nearest: relu/);
  });
});

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
