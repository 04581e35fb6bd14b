import type { Dim, Graph, GraphNode } from "../../graph/graph.ts";
import { findOp } from "../../ops/index.ts";
import { nodeFacts } from "../../ops/infer/node-facts.ts";

/**
 * Multiply-adds of one node for one row of a batch, as its op's record counts them; 0 for ops that
 * multiply nothing with a weight, null where a length is not known.
 *
 * @param outer the graphs around that of a branch, the innermost first
 */
export function multiplyAdds(
  graph: Graph,
  node: GraphNode,
  outer: readonly Graph[] = [],
): number | null {
  const op = findOp(node.domain, node.op);
  if (op === undefined || op.multiplyAdds === 0) return 0;
  const { attributes, shape, outputShape } = nodeFacts(graph, new Map(), node, op, outer);
  return op.multiplyAdds({
    attributes,
    inputs: node.inputs.length,
    lengths: (i) => concrete(shape(i)),
    outputLengths: (i) => concrete(outputShape(i)),
    body(inner) {
      const parts = inner?.nodes.map((one) => multiplyAdds(inner, one, [graph, ...outer])) ?? [
        null,
      ];
      return parts.includes(null) ? null : (parts as number[]).reduce((sum, each) => sum + each, 0);
    },
  });
}

/** A shape with one row for a free batch. */
function concrete(shape: readonly Dim[] | null): number[] | undefined {
  const lengths = shape?.map((dim, axis) => (axis === 0 && typeof dim !== "number" ? 1 : dim));
  return lengths?.every((dim) => typeof dim === "number") ? (lengths as number[]) : undefined;
}
