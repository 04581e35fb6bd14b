import type { AttributeInput } from "../../graph/attributes.ts";
import type { Shape } from "../../base/shape.ts";
import { int64 } from "../../base/tensor.ts";
import { distinct, type Sample, uniform } from "../samples.ts";

type Case = [title: string, x: Shape, attributes: Record<string, AttributeInput>];

const cases: Case[] = [
  ["2x2, stride 2", [2, 2, 4, 4], { kernel_shape: [2, 2], strides: [2, 2] }],
  ["2x2, stride 2, odd sizes", [1, 2, 5, 7], { kernel_shape: [2, 2], strides: [2, 2] }],
  ["stride beyond the window", [1, 1, 7, 7], { kernel_shape: [2, 2], strides: [3, 3] }],
  ["overlapping", [1, 2, 5, 5], { kernel_shape: [3, 3], strides: [2, 2] }],
  ["stride 1", [1, 1, 4, 4], { kernel_shape: [2, 3] }],
  ["padded", [1, 1, 5, 5], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ["pads that differ", [1, 1, 4, 5], { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 0, 2, 1] }],
  ["ceil", [1, 1, 6, 5], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
  [
    "ceil and pads",
    [1, 1, 6, 7],
    { kernel_shape: [3, 2], strides: [3, 2], pads: [1, 1, 1, 0], ceil_mode: 1 },
  ],
  ["SAME_UPPER", [1, 1, 5, 4], { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "SAME_UPPER" }],
  ["SAME_LOWER", [1, 1, 5, 4], { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "SAME_LOWER" }],
  ["along one axis", [2, 2, 7], { kernel_shape: [3], strides: [2] }],
  ["along three axes", [1, 1, 4, 4, 3], { kernel_shape: [2, 2, 2], strides: [2, 2, 1] }],
];
const dilated: Case = ["dilated", [1, 1, 6, 6], { kernel_shape: [2, 2], dilations: [2, 3] }];

export const poolSamples: readonly Sample[] = [
  ...[...cases, dilated].flatMap(([title, shape, attributes]): Sample[] => [
    { op: "MaxPool", title, attributes, inputs: [distinct(shape)] },
  ]),
  {
    op: "MaxPool",
    title: "with its indices as second output",
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    inputs: [distinct([1, 2, 4, 4])],
    outputs: 2,
  },
  ...cases.flatMap(([title, shape, attributes]): Sample[] =>
    [0, 1].map((count_include_pad) => ({
      op: "AveragePool",
      title: `${title}, pads ${count_include_pad ? "" : "not "}counted`,
      attributes: { ...attributes, count_include_pad },
      inputs: [uniform(shape)],
    })),
  ),
  {
    op: "AveragePool",
    title: "dilated",
    opset: 19,
    attributes: dilated[2],
    inputs: [uniform(dilated[1])],
  },
  ...[1, 2, 3].flatMap((p): Sample[] => [
    {
      op: "LpPool",
      title: `p = ${p}`,
      attributes: { kernel_shape: [2, 2], strides: [1, 2], p },
      inputs: [distinct([1, 1, 4, 4], 0.2)],
    },
    {
      op: "GlobalLpPool",
      title: `p = ${p}`,
      attributes: { p },
      inputs: [distinct([2, 2, 2, 2], 0.2)],
    },
  ]),
  { op: "GlobalAveragePool", inputs: [uniform([2, 3, 2, 3])] },
  { op: "GlobalAveragePool", title: "one axis", inputs: [uniform([2, 3, 4])] },
  { op: "GlobalMaxPool", inputs: [distinct([2, 3, 2, 3])] },
  {
    op: "MaxUnpool",
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    inputs: [uniform([1, 1, 2, 2]), int64([5, 7, 8, 15], [1, 1, 2, 2])],
  },
];
