import { float32, tensor } from "../../base/tensor.ts";
import { distinct, exactly, type Sample, uniform } from "../samples.ts";

const one = (op: string, low = -1, high = 1): Sample => ({
  op,
  inputs: [uniform([2, 3], low, high)],
});

export const elementwiseSamples: readonly Sample[] = [
  one("Neg"),
  { op: "Abs", inputs: [distinct([6], 0.2)] },
  one("Exp"),
  one("Log", 0.5, 3),
  one("Sqrt", 0.5, 3),
  one("Reciprocal", 0.5, 3),
  one("Sin", -3, 3),
  one("Cos", -3, 3),
  one("Tan"),
  one("Asin", -0.8, 0.8),
  one("Acos", -0.8, 0.8),
  one("Atan", -3, 3),
  one("Sinh"),
  one("Cosh"),
  one("Tanh", -2, 2),
  one("Asinh", -3, 3),
  one("Acosh", 1.5, 3),
  one("Atanh", -0.8, 0.8),
  one("Erf", -2, 2),
  one("Identity"),
  one("Dropout"),
  { op: "Cast", attributes: { to: 1 }, type: "float32", inputs: [uniform([4])] },
  { op: "CastLike", type: "float32", inputs: [uniform([4]), float32([1], [0])] },
  { op: "Clip", inputs: [distinct([8], 0.2), exactly([], -0.41), exactly([], 0.53)] },
  { op: "Clip", title: "only above", inputs: [distinct([8], 0.2), null, exactly([], 0.53)] },
  { op: "Clip", title: "only below", inputs: [distinct([8], 0.2), exactly([], -0.41)] },
  {
    op: "Where",
    inputs: [
      tensor("bool", [2, 1, 3], Uint8Array.of(1, 0, 1, 0, 0, 1)),
      uniform([4, 1], -1, 1, 1),
      uniform([3], -1, 1, 2),
    ],
  },
];
