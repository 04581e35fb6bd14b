import type { AttributeInput } from "../../graph/attributes.ts";
import type { Shape } from "../../base/shape.ts";
import { type Sample, uniform } from "../samples.ts";

const sampler =
  (op: string) =>
  (title: string, x: Shape, w: Shape, attributes: Record<string, AttributeInput> = {}): Sample => ({
    op,
    title,
    attributes,
    inputs: [
      uniform(x, -1, 1, 1),
      uniform(w, -1, 1, 2),
      uniform([op === "Conv" ? w[0]! : w[1]! * ((attributes["group"] as number) ?? 1)], -1, 1, 3),
    ],
  });
const conv = sampler("Conv");
const transposed = sampler("ConvTranspose");

export const convSamples: readonly Sample[] = [
  conv("3x3", [2, 2, 5, 4], [3, 2, 3, 3]),
  conv("no bias", [1, 2, 4, 4], [2, 2, 2, 2]),
  conv("pads that differ", [1, 2, 4, 5], [2, 2, 3, 3], { pads: [1, 0, 2, 1] }),
  conv("stride 2, nothing left over", [1, 1, 5, 5], [2, 1, 3, 3], { strides: [2, 2] }),
  conv("stride 2, a row left over", [1, 1, 6, 6], [2, 1, 3, 3], { strides: [2, 2] }),
  conv("stride 3 over a small kernel", [1, 1, 8, 7], [1, 1, 2, 2], { strides: [3, 3] }),
  conv("stride 2, padded, a padded row left over", [1, 1, 4, 5], [2, 1, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  }),
  conv("dilation 2", [1, 2, 6, 6], [2, 2, 3, 3], { dilations: [2, 2] }),
  conv("dilation and stride", [1, 1, 9, 8], [2, 1, 3, 2], { dilations: [2, 3], strides: [3, 2] }),
  conv("SAME_UPPER, stride 2", [1, 2, 5, 6], [2, 2, 3, 3], {
    auto_pad: "SAME_UPPER",
    strides: [2, 2],
  }),
  conv("SAME_LOWER, even kernel", [1, 2, 4, 5], [2, 2, 2, 2], { auto_pad: "SAME_LOWER" }),
  conv("VALID", [1, 1, 4, 4], [1, 1, 3, 3], { auto_pad: "VALID" }),
  conv("two groups", [2, 4, 4, 4], [6, 2, 3, 3], { group: 2 }),
  conv("depthwise", [2, 3, 5, 4], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
  conv("depthwise, multiplier 2, stride 2", [1, 2, 6, 5], [4, 1, 3, 3], {
    group: 2,
    strides: [2, 2],
  }),
  conv("1x1", [2, 3, 3, 3], [2, 3, 1, 1]),
  conv("1x1, stride 2", [1, 2, 4, 4], [2, 2, 1, 1], { strides: [2, 2] }),
  conv("along one axis", [2, 2, 7], [3, 2, 3], { strides: [2], pads: [1, 1] }),
  conv("along three axes", [1, 1, 3, 4, 3], [2, 1, 2, 2, 2], { strides: [1, 2, 1] }),

  transposed("3x3", [1, 2, 3, 3], [2, 2, 3, 3]),
  transposed("stride 2", [2, 2, 3, 2], [2, 1, 3, 3], { strides: [2, 2] }),
  transposed("stride 2, padded", [1, 2, 3, 3], [2, 2, 3, 3], {
    strides: [2, 2],
    pads: [1, 0, 0, 1],
  }),
  transposed("output padding", [1, 2, 3, 3], [2, 2, 3, 3], {
    strides: [2, 2],
    output_padding: [1, 1],
  }),
  transposed("output padding and pads", [1, 1, 3, 3], [1, 2, 3, 3], {
    strides: [3, 2],
    pads: [1, 1, 1, 1],
    output_padding: [2, 1],
  }),
  transposed("stride beyond the kernel", [1, 1, 3, 3], [1, 1, 2, 2], { strides: [3, 3] }),
  transposed("dilation", [1, 1, 3, 3], [1, 2, 3, 3], { dilations: [2, 2] }),
  transposed("groups", [1, 4, 3, 3], [4, 2, 2, 2], { group: 2 }),
  transposed("depthwise, SAME_UPPER", [1, 3, 3, 3], [3, 1, 3, 3], {
    group: 3,
    strides: [2, 2],
    auto_pad: "SAME_UPPER",
  }),
  transposed("SAME_LOWER", [1, 1, 3, 4], [1, 1, 3, 3], {
    strides: [2, 2],
    auto_pad: "SAME_LOWER",
  }),
  transposed("output shape", [1, 1, 3, 3], [1, 1, 3, 3], {
    strides: [2, 2],
    output_shape: [6, 6],
  }),
  transposed("along one axis", [1, 2, 4], [2, 2, 3], { strides: [2] }),
];
