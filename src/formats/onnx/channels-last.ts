import { attribute } from "../../graph/attributes.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { findOp } from "../../ops/index.ts";

/**
 * Values whose last axis holds their channels though the graph has them behind the batch: what a dense layer or a
 * layer normalisation makes of places or tokens (ConvNeXt, Swin, ViT), and what is done to it number by number.
 */
export function channelsLastValues(graph: Graph): ReadonlySet<string> {
  const last = new Set<string>();
  const isLast = (node: GraphNode): boolean => {
    switch (node.op) {
      case "LayerNormalization":
        return [-1, rankOf(node.inputs[0]) - 1].includes(attribute(node, "axis", "int", -1));
      case "MatMul":
        return graph.initializers.get(node.inputs[1] ?? "")?.shape.length === 2;
      default:
        return (
          findOp(node.domain, node.op)?.sees === "same" &&
          node.inputs.some((name) => last.has(name))
        );
    }
  };
  const rankOf = (name = "") => graph.values.get(name)?.shape?.length ?? 0;
  for (const node of graph.nodes)
    if (rankOf(node.outputs[0]) > 2 && isLast(node)) last.add(node.outputs[0]!);
  return last;
}
