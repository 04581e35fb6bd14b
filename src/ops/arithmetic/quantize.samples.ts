import { tensor } from "../../base/tensor.ts";
import { exactly, type Sample } from "../samples.ts";

export const quantizeSamples: readonly Sample[] = [
  {
    op: "DequantizeLinear",
    type: "float32",
    title: "the scale",
    inputs: [tensor("int8", [2, 3], Int8Array.of(1, -5, 3, 2, 100, -7)), exactly([], 0.3)],
  },
  {
    op: "DequantizeLinear",
    type: "float32",
    title: "a scale for each column",
    attributes: { axis: 1 },
    inputs: [
      tensor("uint8", [2, 3], Uint8Array.of(1, 5, 3, 2, 100, 7)),
      exactly([3], 0.3, 0.1, 0.7),
      tensor("uint8", [3], Uint8Array.of(3, 100, 9)),
    ],
  },
];
