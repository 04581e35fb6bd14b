import { float32, int64 } from "../../base/tensor.ts";
import { distinct, exactly, type Sample, uniform } from "../samples.ts";

const pair = (op: string, low = -1, high = 1): Sample[] => [
  { op, inputs: [uniform([2, 3], low, high, 1), uniform([2, 3], low, high, 2)] },
  {
    op,
    title: "both broadcast",
    inputs: [uniform([3, 1], low, high, 1), uniform([2, 1, 4], low, high, 2)],
  },
];

export const arithmeticSamples: readonly Sample[] = [
  ...pair("Add"),
  { op: "Add", title: "one with a scalar", inputs: [uniform([2, 2]), uniform([])] },
  ...pair("Sub"),
  ...pair("Mul"),
  ...pair("Div", 0.5, 2),
  ...pair("Pow", 0.5, 2),
  {
    op: "Pow",
    title: "whole exponents of negative numbers",
    inputs: [exactly([4], -1.5, -0.5, 0.75, 2), float32([4], [2, 3, 1, 2])],
  },
  { op: "Pow", title: "integer exponent", inputs: [uniform([3], 0.5, 2), int64([3], [])] },
  { op: "Pow", title: "exponent 0", inputs: [exactly([3], -1, 0.25, 2), float32([], [0])] },
  {
    op: "Mod",
    attributes: { fmod: 1 },
    inputs: [exactly([4], 5.3, -5.3, 4.4, 0.7), exactly([4], 2, 2, -1.3, 3)],
  },
  ...["Max", "Min"].flatMap((op): Sample[] => [
    { op, inputs: [distinct([2, 4], 0.2, 1), distinct([2, 4], 0.3, 2)] },
    {
      op,
      title: "three, broadcast",
      inputs: [distinct([2, 1, 3], 0.25, 1), distinct([4, 1], 0.46, 2), distinct([3], 0.37, 3)],
    },
    { op, title: "one", inputs: [uniform([3])] },
  ]),
  ...["Sum", "Mean"].flatMap((op): Sample[] => [
    { op, inputs: [uniform([2, 3], -1, 1, 1), uniform([3], -1, 1, 2), uniform([2, 1], -1, 1, 3)] },
    { op, title: "one", inputs: [uniform([3])] },
  ]),
];
