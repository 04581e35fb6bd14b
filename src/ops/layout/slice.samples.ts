import { int64 } from "../../base/tensor.ts";
import { type Sample, uniform, exactly } from "../samples.ts";

const slice = (
  title: string,
  ...bounds: [starts: number[], ends: number[], axes: number[], steps?: number[]]
): Sample => ({
  op: "Slice",
  title,
  inputs: [uniform([4, 7]), ...bounds.map((list) => int64(list!))],
});

const pad = (mode: string, pads: number[]): Sample => ({
  op: "Pad",
  title: `${mode} [${pads.join()}]`,
  attributes: { mode },
  opset: mode === "wrap" ? 19 : 18,
  inputs: [uniform([3, 4]), int64(pads)],
});

export const sliceSamples: readonly Sample[] = [
  slice("both axes", [1, 2], [3, 5], [0, 1]),
  slice("from the end", [-3], [2 ** 40], [1]),
  slice("steps", [0, 1], [4, 7], [0, 1], [3, 2]),
  slice("backwards", [-1], [-(2 ** 40)], [1], [-1]),
  slice("backwards in steps", [5, 3], [0, 0], [1, 0], [-2, -3]),
  slice("nothing", [2], [2], [0]),

  pad("constant", [1, 0, 2, 3]),
  pad("constant", [-1, 2, 0, -2]),
  {
    op: "Pad",
    title: "a value",
    inputs: [uniform([2, 3]), int64([1, 0, 0, 2]), exactly([], 0.7)],
  },
  {
    op: "Pad",
    title: "one axis",
    inputs: [uniform([2, 3]), int64([1, 2]), null, int64([-1])],
  },
  pad("reflect", [1, 2, 2, 3]),
  pad("edge", [1, 2, 2, 0]),
  pad("wrap", [1, 2, 2, 0]),
  { op: "CenterCropPad", inputs: [uniform([5, 2]), int64([2, 5])] },
  { op: "CenterCropPad", attributes: { axes: [1] }, inputs: [uniform([2, 6]), int64([3])] },
];
