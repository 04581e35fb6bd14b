import { castTo, float32 } from "../../../../base/tensor.ts";
import { attribute } from "../../../attributes.ts";
import type { GraphNode } from "../../../graph.ts";
import { type OldForm, type RaiseContext, sameOutputs, without } from "./form.ts";

// Settings that were attributes and became inputs, with the same meaning.

/** The axes of an op, an attribute until then: absent stays absent. */
const axesAsInput = (op: string, before: number): OldForm => ({
  op,
  before,
  write(node, { b }) {
    const axes = attribute(node, "axes", "ints");
    const inputs = axes === undefined ? node.inputs : [node.inputs[0]!, b.i64(axes)];
    b.op(op, inputs, without(node, "axes"), sameOutputs(node));
  },
});

const reductions = [
  "ReduceMean",
  "ReduceMax",
  "ReduceMin",
  "ReduceProd",
  "ReduceL1",
  "ReduceL2",
  "ReduceLogSum",
  "ReduceLogSumExp",
  "ReduceSumSquare",
];

/** A scalar constant of the type of `like`. */
const scalarLike = (context: RaiseContext, like: string, value: number): string => {
  const type = context.type(like);
  return context.b.constant(castTo(float32([], [value]), type === "string" ? "float32" : type));
};

const clip: OldForm = {
  op: "Clip",
  before: 11,
  write(node, context) {
    const limits = ["min", "max"].map((name) => {
      const value = attribute(node, name, "float");
      return value === undefined ? "" : scalarLike(context, node.inputs[0]!, value);
    });
    while (limits.at(-1) === "") limits.pop();
    const inputs = [node.inputs[0]!, ...limits];
    context.b.op("Clip", inputs, without(node, "min", "max"), sameOutputs(node));
  },
};

const pad: OldForm = {
  op: "Pad",
  before: 11,
  write(node, context) {
    const [x = ""] = node.inputs;
    const pads = context.b.i64(attribute(node, "pads", "ints", []));
    const value = scalarLike(context, x, attribute(node, "value", "float", 0));
    context.b.op("Pad", [x, pads, value], without(node, "pads", "value"), sameOutputs(node));
  },
};

const slice: OldForm = {
  op: "Slice",
  before: 10,
  write(node, { b }) {
    const axes = attribute(node, "axes", "ints");
    const inputs = [
      node.inputs[0]!,
      b.i64(attribute(node, "starts", "ints", [])),
      b.i64(attribute(node, "ends", "ints", [])),
      ...(axes === undefined ? [] : [b.i64(axes)]),
    ];
    b.op("Slice", inputs, without(node, "starts", "ends", "axes"), sameOutputs(node));
  },
};

const topK: OldForm = {
  op: "TopK",
  before: 10,
  write(node, { b }) {
    const k = b.i64([attribute(node, "k", "int", 1)]);
    b.ops("TopK", [node.inputs[0]!, k], without(node, "k"), sameOutputs(node));
  },
};

/** Lengths became an input in 13; in 18 equal parts must say how many. */
const split: OldForm = {
  op: "Split",
  before: 18,
  write(node, { b }) {
    const lengths = attribute(node, "split", "ints");
    const inputs = lengths === undefined ? node.inputs : [node.inputs[0]!, b.i64(lengths)];
    const equal = inputs.length < 2 || inputs[1] === "";
    const count = equal ? { num_outputs: node.outputs.length } : {};
    b.ops("Split", inputs, { ...without(node, "split"), ...count }, sameOutputs(node));
  },
};

const dropout: OldForm = {
  op: "Dropout",
  before: 12,
  write(node, context) {
    const { b, opset } = context;
    const ratio = b.f32(attribute(node, "ratio", "float", 0.5), []);
    const [x = ""] = node.inputs;
    const [y = "", mask = ""] = node.outputs;
    // The mask was of the data's type and is a boolean since 10.
    const bool = mask !== "" && opset < 10 ? b.fresh("mask") : mask;
    const outputs = bool === "" ? [y] : [y, bool];
    b.ops("Dropout", [x, ratio], without(node, "ratio"), { ...sameOutputs(node), outputs });
    if (bool !== mask) b.op("CastLike", [bool, x], {}, { outputs: [mask] });
  },
};

const renamed = (op: string, before: number, now: string): OldForm => ({
  op,
  before,
  write: (node: GraphNode, { b }) =>
    void b.ops(now, node.inputs, node.attributes, sameOutputs(node)),
});

export const attributesToInputs: readonly OldForm[] = [
  axesAsInput("Squeeze", 13),
  axesAsInput("Unsqueeze", 13),
  axesAsInput("ReduceSum", 13),
  ...reductions.map((op) => axesAsInput(op, 18)),
  clip,
  pad,
  slice,
  topK,
  split,
  dropout,
  renamed("Scatter", 11, "ScatterElements"),
];
