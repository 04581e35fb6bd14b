import { float } from "../../graph/attributes.ts";
import type { Shape } from "../../base/shape.ts";
import { distinct, type Sample, uniform } from "../samples.ts";

const vector = (seed: number, length: number, low = -1, high = 1) =>
  uniform([length], low, high, seed);

const batch = (title: string, x: Shape): Sample => ({
  op: "BatchNormalization",
  title,
  attributes: { epsilon: float(1e-3) },
  inputs: [
    uniform(x),
    vector(2, x[1]!),
    vector(3, x[1]!),
    vector(4, x[1]!),
    vector(5, x[1]!, 0.5, 2),
  ],
});

export const normalizationSamples: readonly Sample[] = [
  batch("pictures", [2, 3, 2, 3]),
  batch("vectors", [3, 2]),
  batch("sequences", [2, 2, 3]),
  {
    op: "BatchNormalization",
    title: "training",
    attributes: { training_mode: 1, epsilon: float(1e-2) },
    inputs: [uniform([3, 2, 2, 2]), vector(2, 2), vector(3, 2), vector(4, 2), vector(5, 2, 0.5, 2)],
    outputs: 3,
    objective: [0],
  },
  {
    op: "InstanceNormalization",
    attributes: { epsilon: float(1e-2) },
    inputs: [uniform([2, 3, 2, 3]), vector(2, 3), vector(3, 3)],
  },
  {
    op: "GroupNormalization",
    type: "float32",
    title: "a scale for each channel",
    opset: 21,
    attributes: { num_groups: 2, epsilon: float(1e-2) },
    inputs: [uniform([2, 4, 2, 2]), vector(2, 4), vector(3, 4)],
  },
  {
    op: "LayerNormalization",
    attributes: { epsilon: float(1e-2) },
    inputs: [uniform([2, 2, 4]), vector(2, 4), vector(3, 4)],
  },
  {
    op: "LayerNormalization",
    title: "over two axes, no bias",
    attributes: { axis: 1, epsilon: float(1e-2) },
    inputs: [uniform([2, 2, 3]), uniform([2, 3], -1, 1, 2)],
  },
  {
    op: "RMSNormalization",
    opset: 23,
    attributes: { epsilon: float(1e-2) },
    inputs: [uniform([2, 2, 4]), vector(2, 4)],
  },
  { op: "MeanVarianceNormalization", type: "float32", inputs: [uniform([2, 2, 2, 3])] },
  {
    op: "MeanVarianceNormalization",
    type: "float32",
    attributes: { axes: [1, 2] },
    inputs: [uniform([2, 3, 2])],
  },
  { op: "LpNormalization", attributes: { p: 2 }, inputs: [uniform([2, 4])] },
  { op: "LpNormalization", attributes: { p: 1, axis: 1 }, inputs: [distinct([2, 3, 2], 0.2)] },
  {
    op: "LRN",
    attributes: { size: 3, alpha: float(0.5), beta: float(0.75), bias: float(1.2) },
    inputs: [uniform([2, 5, 2, 2])],
  },

  ...["Softmax", "LogSoftmax"].flatMap((op): Sample[] => [
    { op, inputs: [uniform([2, 4], -2, 2)] },
    { op, attributes: { axis: 1 }, inputs: [uniform([2, 3, 2], -2, 2)] },
  ]),
];
