import type { Graph } from "../graph.ts";
import { Rewriter } from "./rewriter.ts";

/**
 * `ReduceSum(MaxUnpool(g))` over all of space is `ReduceSum(g)`: the gradient of the bias under a pool,
 * from a quarter of the elements.
 */
export function sumBeforeUnpool(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  const { facts, b } = rewriter;
  for (const sum of graph.nodes) {
    if (sum.op !== "ReduceSum") continue;
    const unpool = facts.maker(sum.inputs[0], "MaxUnpool");
    const axes = facts.integers(sum.inputs[1]);
    if (unpool === undefined || axes === undefined) continue;
    const rank = facts.shape(sum.inputs[0])?.length ?? 0;
    const space = Array.from({ length: Math.max(0, rank - 2) }, (_, i) => i + 2);
    if (rank < 3 || !space.every((axis) => axes.includes(axis) || axes.includes(axis - rank)))
      continue;
    rewriter.drop(sum);
    b.op("ReduceSum", [unpool.inputs[0]!, sum.inputs[1]!], sum.attributes, {
      outputs: sum.outputs,
    });
  }
  return rewriter.finish();
}
