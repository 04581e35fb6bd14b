import { describe, expect, it } from "vitest";
import { float32, type Tensor, tensor, toNumbers } from "../base/tensor.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { type Graph, emptyGraph } from "../graph/graph.ts";
import { withOutputs } from "../graph/outputs.ts";
import { checkGraph } from "../ops/infer/check-graph.ts";
import { runtime } from "../runtime/node/index.ts";
import { compareGradient, worstOf } from "./check.ts";
import { addGradient, type GradientRequest } from "./gradient.ts";

async function run(graph: Graph, names: readonly string[], feeds: Record<string, Tensor>) {
  const wanted = withOutputs(graph, [...new Set(names)]);
  checkGraph(wanted);
  const session = await runtime.open(wanted, { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    [...new Set(names)].map((name, i) => [name, results[wanted.outputs[i]!.name]!]),
  );
}

/** The numbers of each gradient, in the order of `wrt`. */
async function gradientsOf(
  b: GraphBuilder,
  request: GradientRequest,
  feeds: Record<string, Tensor>,
): Promise<number[][]> {
  const { graph, gradients } = addGradient(b.graph, request);
  checkGraph(graph);
  const names = request.wrt.map((name) => gradients.get(name)!);
  const results = await run(graph, names, feeds);
  return names.map((name) => toNumbers(results[name]!));
}

const vector = (...values: number[]) => float32([values.length], values);

describe("the reverse walk", () => {
  it("adds up what reaches a value on several ways", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", [3]);
    // y = x x + x
    const y = b.op("Add", [b.op("Mul", [x, x]), x]);
    expect(await gradientsOf(b, { of: y, wrt: ["x"] }, { x: vector(1, 2, -3) })).toEqual([
      [3, 5, -5],
    ]);
  });

  it("sums over axes along which a value was broadcast", async () => {
    const b = new GraphBuilder();
    const [x, row, column, one] = [
      b.input("x", [2, 3]),
      b.input("row", [3]),
      b.input("column", [2, 1]),
      b.input("one", []),
    ];
    const y = b.op("Mul", [b.op("Add", [b.op("Add", [x, row]), column]), one]);
    const feeds = {
      x: float32([2, 3], [1, 2, 3, 4, 5, 6]),
      row: vector(0, 0, 0),
      column: float32([2, 1], [0, 0]),
      one: float32([], [2]),
    };
    const wrt = ["x", "row", "column", "one"];
    expect(await gradientsOf(b, { of: y, wrt }, feeds)).toEqual([
      [2, 2, 2, 2, 2, 2],
      [4, 4, 4],
      [6, 6],
      [21],
    ]);
  });

  it("differentiates by inner values and constants too", async () => {
    const b = new GraphBuilder();
    const w = b.initializer("w", vector(2, 3));
    const inner = b.op("Mul", [b.input("x", [2]), w], {}, { outputs: ["inner"] });
    const y = b.op("Mul", [inner, inner]);
    const request = { of: y, wrt: ["inner", "w", "x"] };
    expect(await gradientsOf(b, request, { x: vector(1, -1) })).toEqual([
      [4, -6],
      [4, 6],
      [8, -18],
    ]);
  });

  it("gives the objective itself its seed, and takes a seed from a new input", async () => {
    const b = new GraphBuilder();
    const y = b.op("Neg", [b.input("x", [2])], {}, { outputs: ["y"] });
    const request = { of: y, seed: "g", wrt: ["x", "y"] };
    expect(addGradient(b.graph, request).graph.inputs).toContainEqual({
      name: "g",
      shape: [2],
      type: "float32",
    });
    const feeds = { x: vector(1, 2), g: vector(10, 20) };
    expect(await gradientsOf(b, request, feeds)).toEqual([
      [-10, -20],
      [10, 20],
    ]);
  });

  it("gives zeros to what does not reach the objective, or only through a comparison", async () => {
    const b = new GraphBuilder();
    const [x, other] = [b.input("x", [2]), b.input("other", [3])];
    b.op("Exp", [other]);
    const y = b.op("Cast", [b.op("Greater", [x, b.f32(0)])], { to: 1 });
    const feeds = { x: vector(1, -1), other: vector(1, 2, 3) };
    expect(await gradientsOf(b, { of: y, wrt: ["x", "other"] }, feeds)).toEqual([
      [0, 0],
      [0, 0, 0],
    ]);
  });

  it("goes on through gradients: second derivatives", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", [2]);
    // y = x³
    const y = b.op("Mul", [b.op("Mul", [x, x]), x]);
    const first = addGradient(b.graph, { of: y, wrt: ["x"] });
    const request = { of: first.gradients.get("x")!, wrt: ["x"] };
    const second = await gradientsOf(new GraphBuilder(first.graph), request, { x: vector(1, -2) });
    expect(second).toEqual([[6, -12]]);
  });

  it("writes only what was asked for, and leaves the given graph alone", () => {
    const b = new GraphBuilder();
    const x = b.input("x", [1, 2, 4, 4]);
    const w = b.initializer("w", float32([2, 2, 3, 3], new Float32Array(36)));
    b.op("Sigmoid", [b.op("Conv", [x, w])], {}, { outputs: ["y"] });
    const before = b.graph.nodes.length;
    const onlyInput = addGradient(b.graph, { of: "y", wrt: ["x"] }).graph;
    expect(b.graph.nodes).toHaveLength(before);
    expect(onlyInput.nodes.map((node) => node.op)).toContain("ConvTranspose");
    // The weights' gradient would be a second convolution.
    expect(onlyInput.nodes.filter((node) => node.op === "Conv")).toHaveLength(1);
    const onlyWeights = addGradient(b.graph, { of: "y", wrt: ["w"] }).graph;
    expect(onlyWeights.nodes.map((node) => node.op)).not.toContain("ConvTranspose");
  });

  it("takes another rule for an op: guided backpropagation", async () => {
    const b = new GraphBuilder();
    const y = b.op("Mul", [b.op("Relu", [b.input("x", [3])]), b.f32([-2, 3, 4])]);
    const rules: GradientRuleSet = {
      Relu: ({ f, grad, outputs: [out] }) => [
        f.mul(f.apply("Relu", grad), f.indicator(f.greater(out!, 0))),
      ],
    };
    const request = { of: y, wrt: ["x"], rules };
    expect(await gradientsOf(b, request, { x: vector(1, 1, -1) })).toEqual([[0, 3, 0]]);
  });

  it("passes straight through quantisation, where it did not saturate", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", [5]);
    const [scale, zero] = [b.f32(0.25), b.constant(tensor("int8", [], Int8Array.of(10)))];
    const q = b.op("QuantizeLinear", [x, scale, zero]);
    const y = b.op("Mul", [b.op("DequantizeLinear", [q, scale, zero]), b.f32([1, 2, 3, 4, 5])]);
    const feeds = { x: vector(0, 1.3, -2.2, 100, -100) };
    expect(await gradientsOf(b, { of: y, wrt: ["x"] }, feeds)).toEqual([[1, 2, 3, 0, 0]]);
    // Over whole steps of the scale the rounded function is a straight line: differences agree.
    const { graph, gradients } = addGradient(b.graph, { of: y, wrt: ["x"] });
    const terms = [{ value: y, weights: [1, 1, 1, 1, 1] }];
    const comparisons = await compareGradient(
      { graph, terms, gradients, feeds, step: 0.5 },
      runtime,
    );
    expect(worstOf(comparisons)!.error).toBeLessThan(1e-5);
  });

  it("lets through a Dropout in training what its mask kept", async () => {
    const b = new GraphBuilder();
    const inputs = [b.input("x", [64]), b.f32(0.25), b.bool(true)];
    const [y] = b.ops("Dropout", inputs, { seed: 3 }, { outputCount: 2 });
    const { graph, gradients } = addGradient(b.graph, { of: y!, wrt: ["x"] });
    const x = vector(...new Array<number>(64).fill(1));
    const results = await run(graph, [y!, gradients.get("x")!], { x });
    const gradient = toNumbers(results[gradients.get("x")!]!);
    // Of ones, what comes out is the slope itself: 0, or 1 / (1 - 0.25).
    expect(gradient).toEqual(toNumbers(results[y!]!));
    expect(new Set(gradient.map((value) => value.toFixed(4)))).toEqual(
      new Set(["0.0000", "1.3333"]),
    );
  });

  it("runs in half precision, constants included", async () => {
    const b = new GraphBuilder();
    const x = b.op("Cast", [b.input("x", [2])], { to: 10 });
    const y = b.op("Cast", [b.op("Gelu", [x])], { to: 1 });
    b.graph.opsets.set("", 20);
    const [gradient] = await gradientsOf(b, { of: y, wrt: ["x"] }, { x: vector(0, 8) });
    expect(gradient![0]).toBeCloseTo(0.5, 3);
    expect(gradient![1]).toBeCloseTo(1, 3);
  });
});

describe("what cannot be differentiated is said", () => {
  it("names the node without a rule, when it lies on the way", () => {
    const b = new GraphBuilder();
    const x = b.input("x", [4, 1, 2]);
    const weights = [
      b.f32(new Float32Array(16), [1, 8, 2]),
      b.f32(new Float32Array(16), [1, 8, 2]),
    ];
    const lstm = b.ops("LSTM", [x, ...weights], { hidden_size: 2 }, { name: "memory" })[0]!;
    const y = b.op("Mul", [lstm, b.input("scale", [])]);
    expect(() => addGradient(b.graph, { of: y, wrt: ["x"] })).toThrow(
      'LSTM "memory": striate has no gradient for LSTM',
    );
    // Not on the way: no trouble.
    expect(() => addGradient(b.graph, { of: y, wrt: ["scale"] })).not.toThrow();
  });

  it("names an unknown op, and a node that reads the value inside its body", () => {
    const b = new GraphBuilder();
    b.input("x", [2]);
    const y = b.op("Mystery", ["x"], {}, { domain: "example.org", name: "odd" });
    b.graph.values.set(y, { type: "float32", shape: [2] });
    expect(() => addGradient(b.graph, { of: y, wrt: ["x"] })).toThrow('Mystery "odd"');

    const body = new GraphBuilder({ ...emptyGraph("body"), opsets: new Map() }, "body/");
    body.output(body.op("Neg", ["x"]));
    const z = b.op("If", [b.bool(true)], { then_branch: body.graph, else_branch: body.graph });
    expect(() => addGradient(b.graph, { of: z, wrt: ["x"] })).toThrow("no gradient for If");
  });

  it("asks for concrete shapes, a newer opset, and real values", () => {
    const b = new GraphBuilder();
    const y = b.op("Relu", [b.input("x", ["N", 3])]);
    expect(() => addGradient(b.graph, { of: y, wrt: ["x"] })).toThrow("(N, 3); bind");
    expect(() => addGradient(b.graph, { of: "q", wrt: ["x"] })).toThrow('no value "q"');
    b.input("g", [3]);
    const fixed = b.op("Neg", [b.input("f", [2])]);
    expect(() => addGradient(b.graph, { of: fixed, seed: "g", wrt: ["f"] })).toThrow(
      `the seed "g" should have the shape of "${fixed}", (2,), got (3,)`,
    );
    b.graph.opsets.set("", 13);
    expect(() => addGradient(b.graph, { of: y, wrt: ["x"] })).toThrow("opset 18 or newer, got 13");

    const bytes = new GraphBuilder();
    const z = bytes.op("Cast", [bytes.input("image", [3], "uint8")], { to: 1 });
    expect(() => addGradient(bytes.graph, { of: z, wrt: ["image"] })).toThrow(
      '"image" holds uint8, which has no gradient; ask for the value behind its Cast',
    );
  });
});

type GradientRuleSet = NonNullable<GradientRequest["rules"]>;
