import { int64, type Tensor } from "../../base/tensor.ts";
import { distinct, exactly, type Sample, type SampleInput, uniform } from "../samples.ts";

const reductions = (op: string, x: (shape: readonly number[]) => SampleInput): Sample[] => {
  const call = (title: string, axes: Tensor | null, keepdims: number): Sample => ({
    op,
    title,
    attributes: { keepdims },
    inputs: axes ? [x([2, 3, 2]), axes] : [x([2, 3, 2])],
  });
  return [
    call("all", null, 1),
    call("all, to a scalar", null, 0),
    call("one axis", int64([1]), 0),
    call("two axes, kept", int64([-1, 0]), 1),
  ];
};

export const reduceSamples: readonly Sample[] = [
  ...reductions("ReduceSum", uniform),
  {
    op: "ReduceSum",
    title: "no axes at all",
    attributes: { noop_with_empty_axes: 1 },
    inputs: [uniform([2, 2])],
  },
  ...reductions("ReduceMean", uniform),
  ...reductions("ReduceMax", distinct),
  ...reductions("ReduceMin", distinct),
  ...reductions("ReduceProd", (shape) => uniform(shape, 0.5, 1.5)),
  {
    op: "ReduceProd",
    title: "with one zero, and with two",
    inputs: [exactly([3, 3], 2, 0, 3, 0, 0.5, 0, 1, 2, 3), int64([1])],
  },
  ...reductions("ReduceL1", (shape) => distinct(shape, 0.2)),
  ...reductions("ReduceL2", uniform),
  ...reductions("ReduceSumSquare", uniform),
  ...reductions("ReduceLogSum", (shape) => uniform(shape, 0.5, 2)),
  ...reductions("ReduceLogSumExp", uniform),
  ...[0, 1].flatMap((exclusive) =>
    [0, 1].map((reverse) => ({
      op: "CumSum",
      attributes: { exclusive, reverse },
      inputs: [uniform([2, 4]), int64([1], [])],
    })),
  ),
];
