import { afterAll, describe, expect, it } from "vitest";
import { onnxNetwork } from "../../test/onnx-files.ts";
import { photoLayer, residualLayers, smallNetwork } from "../../test/small-models.ts";
import { sizeOf } from "../base/shape.ts";
import { type Tensor, float32, toNumbers } from "../base/tensor.ts";
import { Random } from "../base/random.ts";
import { deconvnet, guidedBackpropagation } from "../gradient/rule-sets.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { runtime } from "../runtime/node/index.ts";
import { findValue } from "./target/find-value.ts";
import { type GradientQuery, seedAt } from "./gradients/gradient-query.ts";
import type { Network } from "./network.ts";
import { takeRows } from "./rows.ts";
import { RunningNetwork } from "./running.ts";

const opened: RunningNetwork[] = [];
const run = (network: Network) => {
  const running = new RunningNetwork(network, runtime, { threads: 1 });
  opened.push(running);
  return running;
};
afterAll(() => Promise.all(opened.map((running) => running.release())));

function noise(shape: readonly number[], seed = 1): Tensor<"float32"> {
  const random = new Random(seed);
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal(0, 1)),
  );
}

function expectClose(got: Tensor, want: Tensor, tolerance = 1e-5): void {
  expect(got.shape).toEqual(want.shape);
  const [a, b] = [toNumbers(got), toNumbers(want)];
  const largest = Math.max(...b.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  for (const [i, value] of a.entries())
    expect(Math.abs(value - b[i]!)).toBeLessThanOrEqual(tolerance * largest);
}

/** Three rows of a tensor as one of one row each. */
const row = (value: Tensor, i: number): Tensor => {
  const size = sizeOf(value.shape.slice(1));
  const data = (value.data as Float32Array).slice(i * size, (i + 1) * size);
  return float32([1, ...value.shape.slice(1)], data);
};

describe("gradients of a network", () => {
  const network = smallNetwork(residualLayers);
  const running = run(network);
  const [input] = network.inputs as [Network["inputs"][number]];
  const output = network.outputs[0]!.value;
  const feeds = { [input.name]: noise([5, 16, 16, 3]) };
  const query: GradientQuery = { of: [{ value: output, seed: seedAt([1]) }], wrt: [input.value] };

  it("a batch gives what its rows give one by one, in whatever parts it is run", async () => {
    const whole = (await running.gradients(feeds, query)).gradients[0]!;
    const inTwos = (await running.gradients(feeds, query, { rowsAtOnce: 2 })).gradients[0]!;
    expectClose(inTwos, whole);
    for (let i = 0; i < 5; i++) {
      const one = { [input.name]: row(feeds[input.name]!, i) };
      expectClose((await running.gradients(one, query)).gradients[0]!, row(whole, i));
    }
  });

  it("rows can be made as they are needed, with progress, and be stopped", async () => {
    const whole = (await running.gradients(feeds, query)).gradients[0]!;
    const asked: number[] = [];
    const source = {
      rows: 5,
      feeds: (start: number, count: number) => {
        asked.push(start, count);
        return { [input.name]: takeRows(feeds[input.name]!, start, count) };
      },
    };
    const done: number[] = [];
    const stop = new AbortController();
    const options = { rowsAtOnce: 2, onRows: (rows: number) => void done.push(rows) };
    const { gradients } = await running.gradients(source, query, options);
    expectClose(gradients[0]!, whole);
    // The first row alone for its shape; then parts of two, of which the last is filled up.
    expect(asked).toEqual([0, 1, 0, 2, 2, 2, 4, 1]);
    expect(done).toEqual([2, 4, 5]);
    const stopping = {
      rowsAtOnce: 2,
      throwIfStopped: () => stop.signal.throwIfAborted(),
      onRows: () => stop.abort(),
    };
    await expect(running.runRows(source, [output], stopping)).rejects.toThrow("abort");
    const [all] = await running.run(feeds, [output]);
    expectClose((await running.runRows(source, [output], { rowsAtOnce: 2 }))[0]!, all!);
    // Parts are as large as memory allows, and one row is always run.
    asked.splice(0);
    await running.runRows(source, [output], { memory: 1 });
    expect(asked.slice(2)).toEqual([0, 1, 1, 1, 2, 1, 3, 1, 4, 1]);
  });

  it("terms are added up, weights are factors, and a tensor says what each row asks for", async () => {
    const seeds = [seedAt([0]), seedAt([2], -2)];
    const of = (seed: GradientQuery["of"][number]["seed"]) => ({ value: output, seed });
    const sum = await running.gradients(feeds, { ...query, of: seeds.map(of) });
    const all = float32(
      [5, 3],
      Array.from({ length: 15 }, (_, i) => [1, 0, -2][i % 3]!),
    );
    const fed = await running.gradients(feeds, { ...query, of: [of(all)] }, { rowsAtOnce: 2 });
    expectClose(fed.gradients[0]!, sum.gradients[0]!);
    const first = await running.gradients(feeds, {
      ...query,
      of: [of(float32([1, 3], [1, 0, -2]))],
    });
    expectClose(first.gradients[0]!, sum.gradients[0]!);
  });

  it("gives values beside gradients, by inner values and weights too", async () => {
    const { value } = findValue(network, "bn");
    const kernel = network.weights.get("conv/kernel")!.value;
    const both = await running.gradients(feeds, {
      ...query,
      wrt: [value, kernel],
      values: [value, output, input.value],
    });
    const [maps, scores] = await running.run(feeds, [value, output]);
    expectClose(both.values[0]!, maps!);
    expectClose(both.values[1]!, scores!);
    expect(both.gradients[0]!.shape).toEqual(maps!.shape);
    expect(both.gradients[1]!.shape).toEqual(network.weights.get("conv/kernel")!.graphShape);
  });

  it("a seed can be what the network computes: half the slope of the squares", async () => {
    const itself = { name: "itself", write: (_: unknown, value: string) => value };
    const { gradients, values } = await running.gradients(feeds, {
      of: [{ value: output, seed: itself }],
      wrt: [input.value],
      values: [output],
    });
    const fed = await running.gradients(feeds, {
      ...query,
      of: [{ value: output, seed: values[0]! }],
    });
    expectClose(gradients[0]!, fed.gradients[0]!);
  });

  it("a view's nodes come behind the gradients, which then need not leave the engine", async () => {
    const { value } = findValue(network, "bn");
    const cam: GradientQuery["then"] = {
      name: "weighted sum",
      write: ({ f, gradients: [slopes], values: [maps] }) => [
        f.sum(f.mul(f.mean(slopes!, [2, 3]), maps!), [1], false),
      ],
    };
    const asked = { ...query, wrt: [value], values: [value] };
    const { gradients: views } = await running.gradients(feeds, { ...asked, then: cam });
    const plain = await running.gradients(feeds, asked);
    const [rows, channels, height, width] = plain.gradients[0]!.shape as [
      number,
      number,
      number,
      number,
    ];
    const want = new Float32Array(rows * height * width);
    const [slopes, maps] = [toNumbers(plain.gradients[0]!), toNumbers(plain.values[0]!)];
    const size = height * width;
    for (let plane = 0; plane < rows * channels; plane++) {
      const mean = slopes.slice(plane * size, (plane + 1) * size).reduce((a, b) => a + b, 0) / size;
      for (let i = 0; i < size; i++)
        want[Math.floor(plane / channels) * size + i]! += mean * maps[plane * size + i]!;
    }
    expectClose(views[0]!, float32([rows, height, width], want));
  });

  it("says which element there is not", async () => {
    const asked = { ...query, of: [{ value: output, seed: seedAt([7]) }] };
    await expect(running.gradients(feeds, asked)).rejects.toThrow("no element 7 among 3");
  });

  it("keeps sessions under running calls: twenty sets of values at once", async () => {
    const values = network.layers.flatMap((layer) => layer.outputs.map((port) => port.value));
    const sets = Array.from({ length: 20 }, (_, i) => values.slice(0, 1 + (i % values.length)));
    const results = await Promise.all(sets.map((set) => running.run(feeds, set)));
    expect(results.map((list) => list.length)).toEqual(sets.map((set) => set.length));
  });
});

describe("rules at the ReLUs", () => {
  // y = w . relu6(v . relu(x)), weights of both signs
  const graph = () => {
    const b = new GraphBuilder();
    const x = b.op("Relu", [b.input("x", ["N", 4])]);
    const inner = b.op("MatMul", [x, b.f32([1, -1, 2, 1, 1, 1, -1, 3], [4, 2])]);
    const cut = b.op("Clip", [inner, b.f32(0), b.f32(6)], {}, { outputs: ["cut"] });
    b.op("MatMul", [cut, b.f32([1, -2], [2, 1])], {}, { outputs: ["y"] });
    b.output("y", ["N", 1]);
    return b.graph;
  };

  it.each([
    ["none", undefined, [3, 0, 0, -7]],
    ["guided", guidedBackpropagation, [1, 0, 0, 0]],
    ["deconvnet", deconvnet, [1, 2, 1, 0]],
  ])("%s", async (_, rules, want) => {
    const running = run(await onnxNetwork(graph()));
    const feeds = { x: float32([1, 4], [1, -1, 0, 0.5]) };
    // cut = relu6(1 - 0.5, -1 + 1.5) = (0.5, 0.5)
    const { gradients } = await running.gradients(feeds, {
      of: [{ value: "y", seed: seedAt() }],
      wrt: ["x"],
      rules,
    });
    expect(toNumbers(gradients[0]!).map((value) => value + 0)).toEqual(want);
  });

  it("ReLU6 is flat at 0 and at 6, as in TensorFlow and PyTorch", async () => {
    const b = new GraphBuilder();
    b.op("Clip", [b.input("x", [1, 5]), b.f32(0), b.f32(6)], {}, { outputs: ["y"] });
    b.output("y", [1, 5]);
    const running = run(await onnxNetwork(b.graph));
    const { gradients } = await running.gradients(
      { x: float32([1, 5], [-1, 0, 3, 6, 7]) },
      { of: [{ value: "y", seed: seedAt() }], wrt: ["x"] },
    );
    expect(toNumbers(gradients[0]!)).toEqual([0, 0, 1, 0, 0]);
  });
});

describe("networks that are not simple", () => {
  it("a batch that the file fixes to 1 is run photo by photo", async () => {
    const b = new GraphBuilder();
    const square = b.op("Mul", [b.input("x", [1, 3]), "x"]);
    b.op("Reshape", [square, b.i64([1, 3])], {}, { outputs: ["y"] });
    b.output("y", [1, 3]);
    const running = run(await onnxNetwork(b.graph));
    const { gradients } = await running.gradients(
      { x: float32([2, 3], [1, 2, 3, 4, 5, 6]) },
      { of: [{ value: "y", seed: seedAt([1]) }], wrt: ["x"] },
    );
    expect(gradients[0]).toEqual(float32([2, 3], [0, 4, 0, 0, 10, 0]));
  });

  it("two outputs: each has its own gradient, and both together their sum", async () => {
    const layers = [
      photoLayer(8),
      { type: "Conv2D", name: "conv", config: { filters: 4, kernel_size: 3, activation: "relu" } },
      { type: "Flatten", name: "flat" },
      { type: "Dense", name: "left", config: { units: 2, activation: "softmax" } },
      { type: "Dense", name: "right", config: { units: 1 }, reads: ["flat"] },
    ];
    const network = smallNetwork(layers, 1, ["left", "right"]);
    const running = run(network);
    const feeds = { photo: noise([1, 8, 8, 3]) };
    const [left, right] = network.outputs.map(({ value }) => value) as [string, string];
    const of = (value: string) => ({ value, seed: seedAt([0]) });
    const ask = async (...terms: GradientQuery["of"][number][]) => {
      const wrt = [network.inputs[0]!.value];
      return toNumbers((await running.gradients(feeds, { of: terms, wrt })).gradients[0]!);
    };
    const [a, b] = [await ask(of(left)), await ask(of(right))];
    const sum = await ask(of(left), of(right));
    for (const [i, value] of sum.entries()) expect(value).toBeCloseTo(a[i]! + b[i]!, 5);
  });

  it("names the layer and the op without a gradient, and what can be done", async () => {
    const b = new GraphBuilder();
    const x = b.op("Relu", [b.input("x", [4, 1, 2])], {}, { outputs: ["first"] });
    const weights = [
      b.f32(new Float32Array(16), [1, 8, 2]),
      b.f32(new Float32Array(16), [1, 8, 2]),
    ];
    const state = b.ops("LSTM", [x, ...weights], { hidden_size: 2 }, { name: "memory" })[0]!;
    b.op("Neg", [state], {}, { outputs: ["y"] });
    b.output("y", [4, 1, 1, 2]);
    const running = run(await onnxNetwork(b.graph));
    const feeds = { x: noise([4, 1, 2]) };
    const of = [{ value: "y", seed: seedAt() }];
    await expect(running.gradients(feeds, { of, wrt: ["first"] })).rejects.toThrow(
      'test.onnx: layer "memory" (LSTM): striate has no gradient for the op LSTM, which lies on the way; choose a layer behind it',
    );
    const behind = await running.gradients(feeds, { of, wrt: [state] });
    expect(toNumbers(behind.gradients[0]!)).toEqual(new Array(8).fill(-1));
  });
});
