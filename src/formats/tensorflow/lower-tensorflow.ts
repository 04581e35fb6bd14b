import type { Network, Origin } from "../../model/network.ts";
import type { TfGraph } from "./graph-def.ts";
import { lowerTfGraph } from "./lower-graph.ts";
import { findTfOp } from "./ops/index.ts";
import { settleGraph } from "./settle/settle-graph.ts";

/** Turns a graph of TensorFlow as it was exported into the Network that it is at inference. */
export const lowerTensorFlow = (graph: TfGraph, origin: Origin): Network =>
  lowerTfGraph(settleGraph(graph), "graph", origin, {
    find: findTfOp,
    unknown: "this op of TensorFlow is not known; export the model as ONNX with tf2onnx",
  });
