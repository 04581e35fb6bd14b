import { describe, expect, it } from "vitest";
import {
  type DataType,
  type Tensor,
  castTo,
  float32,
  int64,
  toNumbers,
} from "../../../base/tensor.ts";
import { sizeOf } from "../../../base/shape.ts";
import { inferShapes } from "../../../ops/infer/infer-shapes.ts";
import { runtime } from "../../../runtime/node/index.ts";
import { type AttributeInput, float, floats } from "../../attributes.ts";
import { GraphBuilder } from "../../builder.ts";
import { type Graph, emptyGraph } from "../../graph.ts";
import { raiseOpset } from "./raise-opset.ts";

// Each old form runs in ONNX Runtime as it is and raised: the numbers must be the same.

interface Sample {
  title: string;
  opset: number;
  op: string;
  attributes?: Record<string, AttributeInput>;
  inputs: readonly Tensor[];
  outputs?: number;
  /** Constants, of which the rewriting may know the numbers, in place of inputs. */
  constants?: readonly number[];
  domain?: string;
}

const x = (shape: readonly number[], type: DataType = "float32"): Tensor => {
  const data = Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => 2 * ((Math.imul(i, 2654435761) >>> 0) / 2 ** 32) - 1,
  );
  return castTo(float32(shape, data), type as "float32");
};
const picture = x([2, 3, 4, 5]);
const positive = (n: number) =>
  float32(
    [n],
    Array.from({ length: n }, (_, i) => 0.5 + 0.3 * i),
  );
const inf = float(0.25);

const samples: Sample[] = [
  {
    title: "Clip by attributes",
    opset: 7,
    op: "Clip",
    attributes: { min: inf, max: float(0.5) },
    inputs: [picture],
  },
  {
    title: "Clip with a maximum only",
    opset: 9,
    op: "Clip",
    attributes: { max: inf },
    inputs: [picture],
  },
  { title: "Clip without limits", opset: 9, op: "Clip", inputs: [picture] },
  { title: "Dropout", opset: 7, op: "Dropout", attributes: { ratio: inf }, inputs: [picture] },
  { title: "Dropout of 10", opset: 10, op: "Dropout", inputs: [picture] },
  { title: "Squeeze of all", opset: 9, op: "Squeeze", inputs: [x([1, 3, 1, 2])] },
  {
    title: "Squeeze",
    opset: 12,
    op: "Squeeze",
    attributes: { axes: [0, -2] },
    inputs: [x([1, 3, 1, 2])],
  },
  {
    title: "Unsqueeze",
    opset: 7,
    op: "Unsqueeze",
    attributes: { axes: [0, 3] },
    inputs: [x([3, 2])],
  },
  {
    title: "Pad with constants",
    opset: 7,
    op: "Pad",
    attributes: { pads: [0, 0, 1, 2, 0, 0, 3, 0], value: float(0.5) },
    inputs: [picture],
  },
  {
    title: "Pad by reflection",
    opset: 9,
    op: "Pad",
    attributes: { pads: [0, 0, 1, 2, 0, 0, 1, 0], mode: "reflect" },
    inputs: [picture],
  },
  {
    title: "Slice to the end",
    opset: 9,
    op: "Slice",
    attributes: { axes: [2, 3], starts: [1, -3], ends: [2 ** 63, -1] },
    inputs: [picture],
  },
  {
    title: "Slice without axes",
    opset: 7,
    op: "Slice",
    attributes: { starts: [0, 1], ends: [1, 9] },
    inputs: [picture],
  },
  { title: "TopK", opset: 9, op: "TopK", attributes: { k: 3 }, inputs: [x([2, 7])], outputs: 2 },
  {
    title: "TopK along an axis",
    opset: 7,
    op: "TopK",
    attributes: { k: 2, axis: 1 },
    inputs: [picture],
    outputs: 2,
  },
  {
    title: "Split by lengths",
    opset: 7,
    op: "Split",
    attributes: { axis: 3, split: [1, 4] },
    inputs: [picture],
    outputs: 2,
  },
  {
    title: "Split into equal parts",
    opset: 12,
    op: "Split",
    attributes: { axis: 2 },
    inputs: [picture],
    outputs: 2,
  },
  {
    title: "Split into equal parts, 13",
    opset: 13,
    op: "Split",
    attributes: { axis: 2 },
    inputs: [picture],
    outputs: 4,
  },
  {
    title: "Split by an input, 17",
    opset: 17,
    op: "Split",
    attributes: { axis: 3 },
    inputs: [picture, int64([2, 3])],
    outputs: 2,
  },
  ...[
    "ReduceSum",
    "ReduceMean",
    "ReduceMax",
    "ReduceL2",
    "ReduceLogSumExp",
    "ReduceSumSquare",
  ].flatMap((op): Sample[] => [
    { title: `${op} of all`, opset: 9, op, attributes: { keepdims: 0 }, inputs: [picture] },
    { title: op, opset: 12, op, attributes: { axes: [1, -1] }, inputs: [picture] },
  ]),
  {
    title: "ReduceMean, 17",
    opset: 17,
    op: "ReduceMean",
    attributes: { axes: [2, 3], keepdims: 0 },
    inputs: [picture],
  },
  ...["Softmax", "LogSoftmax", "Hardmax"].flatMap((op): Sample[] => [
    { title: `${op} flattens`, opset: 7, op, inputs: [picture] },
    {
      title: `${op} flattens from axis 2`,
      opset: 12,
      op,
      attributes: { axis: -2 },
      inputs: [picture],
    },
    { title: `${op} of the last axis`, opset: 11, op, attributes: { axis: 3 }, inputs: [picture] },
    { title: `${op} of channels before axes of length 1`, opset: 9, op, inputs: [x([2, 5, 1, 1])] },
    { title: `${op} of a matrix`, opset: 9, op, inputs: [x([2, 5])] },
    { title: `${op} of everything`, opset: 9, op, attributes: { axis: 0 }, inputs: [x([2, 5])] },
  ]),
  {
    title: "Upsample by attributes",
    opset: 7,
    op: "Upsample",
    attributes: { scales: floats([1, 1, 2, 3]) },
    inputs: [picture],
  },
  {
    title: "Upsample, not whole",
    opset: 7,
    op: "Upsample",
    attributes: { scales: floats([1, 1, 1.5, 2.3]) },
    inputs: [picture],
  },
  {
    title: "Upsample, linear",
    opset: 7,
    op: "Upsample",
    attributes: { scales: floats([1, 1, 2, 3]), mode: "linear" },
    inputs: [picture],
  },
  {
    title: "Upsample by an input",
    opset: 9,
    op: "Upsample",
    attributes: { mode: "linear" },
    inputs: [picture, float32([4], [1, 1, 1.5, 2])],
    constants: [1],
  },
  {
    title: "Resize 10, nearest, up",
    opset: 10,
    op: "Resize",
    inputs: [picture, float32([4], [1, 1, 2, 1.7])],
    constants: [1],
  },
  {
    title: "Resize 10, nearest, down",
    opset: 10,
    op: "Resize",
    inputs: [picture, float32([4], [1, 1, 0.6, 0.5])],
    constants: [1],
  },
  {
    title: "Resize 10, nearest, up and down",
    opset: 10,
    op: "Resize",
    inputs: [picture, float32([4], [1, 1, 0.6, 1.7])],
    constants: [1],
  },
  {
    title: "Resize 10 by computed scales",
    opset: 10,
    op: "Resize",
    inputs: [picture, float32([4], [1, 1, 1.7, 0.6])],
  },
  {
    title: "Resize 10, linear, down",
    opset: 10,
    op: "Resize",
    attributes: { mode: "linear" },
    inputs: [picture, float32([4], [1, 1, 0.6, 0.5])],
    constants: [1],
  },
  {
    title: "Resize 11 by scales",
    opset: 11,
    op: "Resize",
    inputs: [picture, float32([0], []), float32([4], [1, 1, 2, 1.5])],
    constants: [1, 2],
  },
  {
    title: "Resize 11 by sizes",
    opset: 11,
    op: "Resize",
    attributes: { mode: "linear" },
    inputs: [picture, float32([0], []), float32([0], []), int64([2, 3, 7, 6])],
    constants: [1, 2],
  },
  {
    title: "Resize 11, cubic",
    opset: 11,
    op: "Resize",
    attributes: { mode: "cubic", cubic_coeff_a: float(-0.5) },
    inputs: [picture, float32([0], []), float32([4], [1, 1, 2, 2])],
    constants: [1, 2],
  },
  {
    title: "Resize 11, tf_half_pixel_for_nn",
    opset: 11,
    op: "Resize",
    attributes: { coordinate_transformation_mode: "tf_half_pixel_for_nn", nearest_mode: "floor" },
    inputs: [picture, float32([0], []), float32([4], [1, 1, 1.7, 0.6])],
    constants: [1, 2],
  },
  {
    title: "BatchNormalization 7",
    opset: 7,
    op: "BatchNormalization",
    attributes: { spatial: 1, momentum: float(0.9), epsilon: float(0.01) },
    inputs: [picture, positive(3), x([3]), x([3]), positive(3)],
  },
  {
    title: "BatchNormalization 9",
    opset: 9,
    op: "BatchNormalization",
    inputs: [picture, positive(3), x([3]), x([3]), positive(3)],
  },
  {
    title: "PRelu, LeakyRelu and the like stay",
    opset: 7,
    op: "LeakyRelu",
    attributes: { alpha: inf },
    inputs: [picture],
  },
  {
    title: "RoiAlign",
    opset: 10,
    op: "RoiAlign",
    attributes: { output_height: 2, output_width: 2 },
    inputs: [x([1, 2, 8, 8]), float32([1, 4], [1, 1, 6, 5]), int64([0])],
  },
  {
    title: "Scatter",
    opset: 9,
    op: "Scatter",
    attributes: { axis: 1 },
    inputs: [x([2, 4]), int64([0, 3, 1, 2], [2, 2]), x([2, 2])],
  },
];

function graphOf({
  opset,
  op,
  attributes = {},
  inputs,
  outputs = 1,
  constants = [],
}: Sample): Graph {
  const graph = emptyGraph("sample");
  graph.opsets.set("", opset);
  const b = new GraphBuilder(graph);
  const names = inputs.map((value, i) =>
    constants.includes(i)
      ? b.initializer(`in${i}`, value)
      : b.input(`in${i}`, value.shape, value.type),
  );
  const made = b.ops(op, names, attributes, {
    outputs: Array.from({ length: outputs }, (_, i) => `out${i}`),
    name: "the node",
  });
  graph.outputs = made.map((name) => ({ name, type: "float32", shape: null, opaque: null }));
  return graph;
}

async function run(graph: Graph, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const session = await runtime.open(graph, { threads: 1, optimize: "none" });
  const feeds = Object.fromEntries(
    session.inputs.map((name) => [name, inputs[Number(name.slice(2))]!]),
  );
  const results = await session.run(feeds);
  await session.release();
  return graph.outputs.map(({ name }) => results[name]!);
}

describe("raising an older operator set", () => {
  it.each(samples)("$title ($opset): the same numbers", async (sample) => {
    const graph = graphOf(sample);
    const before = await run(graph, sample.inputs);
    for (const known of [false, true]) {
      if (known) inferShapes(graph);
      const raised = raiseOpset(graph);
      expect(raised.opsets.get("")).toBe(18);
      const after = await run(raised, sample.inputs);
      after.forEach((value, i) => {
        expect(value.shape).toEqual(before[i]!.shape);
        const difference = toNumbers(value).map((v, k) => Math.abs(v - toNumbers(before[i]!)[k]!));
        expect(Math.max(...difference)).toBeLessThan(1e-6);
      });
    }
  });

  it("normalises every pixel by its own statistics where spatial is 0", async () => {
    // ONNX Runtime has no kernel for this form: the formula is written out here.
    const shape = [2, 3];
    const inputs = [
      x([2, 2, 3]),
      x(shape),
      x(shape),
      x(shape),
      castTo(float32(shape, [1, 2, 3, 4, 5, 6]), "float32"),
    ];
    const graph = graphOf({
      title: "",
      opset: 7,
      op: "BatchNormalization",
      attributes: { spatial: 0, epsilon: float(0.5) },
      inputs,
    });
    const [y] = await run(raiseOpset(graph), inputs);
    const [v, scale, bias, mean, variance] = inputs.map(toNumbers) as [
      number[],
      number[],
      number[],
      number[],
      number[],
    ];
    toNumbers(y!).forEach((got, i) => {
      const k = i % 6;
      expect(got).toBeCloseTo(
        (scale[k]! * (v[i]! - mean[k]!)) / Math.sqrt(variance[k]! + 0.5) + bias[k]!,
        5,
      );
    });
  });

  it("keeps a mask of the data's type", async () => {
    const graph = graphOf({ title: "", opset: 7, op: "Dropout", inputs: [picture], outputs: 2 });
    const raised = raiseOpset(graph);
    const [, mask] = await run(raised, [picture]);
    expect(mask!.type).toBe("float32");
  });

  it("raises bodies, with constants of their own", async () => {
    const body = emptyGraph("then");
    body.opsets.clear();
    const inner = new GraphBuilder(body);
    inner.op("Clip", ["in0"], { min: float(0) }, { outputs: ["clipped"] });
    inner.output("clipped", null);
    const other = emptyGraph("else");
    other.opsets.clear();
    new GraphBuilder(other).op("Neg", ["in0"], {}, { outputs: ["negated"] });
    other.outputs.push({ name: "negated", type: "float32", shape: null });
    const yes = { type: "bool", shape: [], data: Uint8Array.of(1) } as Tensor;
    const graph = graphOf({
      title: "",
      opset: 9,
      op: "If",
      attributes: { then_branch: body, else_branch: other },
      inputs: [yes],
    });
    graph.inputs.push({ name: "in0_", type: "float32", shape: [2] });
    graph.inputs = [
      { name: "in0", type: "float32", shape: [2, 3, 4, 5] },
      { name: "in1", type: "bool", shape: [] },
    ];
    graph.nodes[0]!.inputs = ["in1"];
    const [y] = await run(raiseOpset(graph), [picture, yes]);
    expect(toNumbers(y!)).toEqual(toNumbers(picture).map((v) => Math.max(v, 0)));
  });

  it("leaves newer graphs alone, and says what it cannot raise", () => {
    const newer = graphOf({ title: "", opset: 19, op: "Relu", inputs: [picture] });
    expect(raiseOpset(newer)).toBe(newer);
    const training = graphOf({
      title: "",
      opset: 9,
      op: "BatchNormalization",
      inputs: [picture, positive(3), x([3]), x([3]), positive(3)],
      outputs: 5,
    });
    expect(() => raiseOpset(training)).toThrow(/BatchNormalization "the node" is in training/);
  });
});
