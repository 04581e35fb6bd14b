import { int64, tensor } from "../../base/tensor.ts";
import { type Sample, uniform } from "../samples.ts";

// Ops that move, cut, join and repeat elements.

export const layoutSamples: readonly Sample[] = [
  { op: "Reshape", inputs: [uniform([2, 3, 2]), int64([0, -1])] },
  { op: "Flatten", inputs: [uniform([2, 3, 2])] },
  { op: "Flatten", attributes: { axis: 0 }, inputs: [uniform([2, 3])] },
  { op: "Squeeze", inputs: [uniform([2, 1, 3, 1]), int64([1])] },
  { op: "Squeeze", title: "all", inputs: [uniform([2, 1, 3, 1])] },
  { op: "Unsqueeze", inputs: [uniform([2, 3]), int64([0, -1])] },

  { op: "Transpose", inputs: [uniform([2, 3, 4])] },
  { op: "Transpose", attributes: { perm: [1, 2, 0] }, inputs: [uniform([2, 3, 4])] },
  { op: "DepthToSpace", attributes: { blocksize: 2 }, inputs: [uniform([1, 8, 2, 3])] },
  {
    op: "DepthToSpace",
    attributes: { blocksize: 2, mode: "CRD" },
    inputs: [uniform([1, 8, 2, 3])],
  },
  { op: "SpaceToDepth", attributes: { blocksize: 2 }, inputs: [uniform([1, 2, 4, 6])] },
  { op: "Col2Im", inputs: [uniform([2, 8, 6]), int64([3, 4]), int64([2, 2])] },
  {
    op: "Col2Im",
    title: "padded, strided, dilated",
    attributes: { pads: [1, 0, 0, 1], strides: [2, 1], dilations: [1, 2] },
    inputs: [uniform([1, 4, 9]), int64([5, 4]), int64([2, 2])],
  },
  {
    op: "ReverseSequence",
    attributes: { batch_axis: 1, time_axis: 0 },
    inputs: [uniform([4, 2]), int64([3, 4])],
  },

  {
    op: "Concat",
    attributes: { axis: 1 },
    inputs: [uniform([2, 1], -1, 1, 1), uniform([2, 3], -1, 1, 2), uniform([2, 2], -1, 1, 3)],
  },
  { op: "Concat", attributes: { axis: -2 }, inputs: [uniform([2, 2]), uniform([1, 2], -1, 1, 2)] },
  { op: "Concat", title: "one", attributes: { axis: 0 }, inputs: [uniform([3])] },
  { op: "Split", attributes: { axis: 1 }, inputs: [uniform([2, 4]), int64([1, 3])], outputs: 2 },
  {
    op: "Split",
    title: "a piece that nobody uses",
    attributes: { axis: 0, num_outputs: 3 },
    inputs: [uniform([5, 2])],
    outputs: 3,
    objective: [0, 2],
  },

  { op: "Expand", inputs: [uniform([3, 1]), int64([2, 1, 4])] },
  { op: "Tile", inputs: [uniform([2, 3]), int64([2, 3])] },
  {
    op: "Trilu",
    attributes: { upper: 0 },
    inputs: [uniform([2, 3, 3]), int64([-1], [])],
  },
  { op: "Trilu", inputs: [uniform([3, 4])] },
  {
    op: "TopK",
    attributes: { axis: 0 },
    inputs: [uniform([5, 2], -3, 3), int64([2])],
    outputs: 2,
  },

  { op: "Gather", title: "one element", inputs: [uniform([3, 2]), int64([-1], [])] },
  {
    op: "Gather",
    title: "one index",
    attributes: { axis: 1 },
    inputs: [uniform([2, 3]), int64([1])],
  },
  {
    op: "Gather",
    title: "some twice",
    inputs: [uniform([4, 2]), int64([3, 0, 0, -2], [2, 2])],
  },
  {
    op: "Gather",
    title: "an inner axis",
    attributes: { axis: 1 },
    inputs: [uniform([2, 4, 3]), int64([3, 1, 1, 0, 2, 3], [2, 3])],
  },
  {
    op: "Gather",
    title: "the last axis, int32 indices",
    attributes: { axis: -1 },
    inputs: [uniform([2, 3]), tensor("int32", [2], Int32Array.of(2, 0))],
  },
  {
    op: "GatherElements",
    attributes: { axis: 1 },
    inputs: [uniform([2, 3]), int64([0, 0, 2, 1], [2, 2])],
  },
  { op: "GatherND", inputs: [uniform([3, 2, 2]), int64([0, 1, 2, 0, 0, 1], [3, 2])] },
  {
    op: "GatherND",
    title: "batch axes",
    attributes: { batch_dims: 1 },
    inputs: [uniform([2, 3, 2]), int64([1, 2], [2, 1])],
  },
  {
    op: "ScatterElements",
    attributes: { axis: 1 },
    inputs: [uniform([2, 4]), int64([1, 3, 0, 2], [2, 2]), uniform([2, 2], -1, 1, 2)],
  },
  {
    op: "ScatterElements",
    attributes: { axis: 0, reduction: "add" },
    inputs: [uniform([3, 2]), int64([1, 1, 1, 0], [2, 2]), uniform([2, 2], -1, 1, 2)],
  },
  {
    op: "ScatterND",
    inputs: [uniform([4, 2]), int64([2, 0], [2, 1]), uniform([2, 2], -1, 1, 2)],
  },
  {
    op: "ScatterND",
    attributes: { reduction: "add" },
    inputs: [uniform([4, 2]), int64([2, 2], [2, 1]), uniform([2, 2], -1, 1, 2)],
  },
];
