import { sizeOf } from "../base/shape.ts";
import type { Dim, Graph, GraphNode, ValueType } from "../graph/graph.ts";
import { attribute } from "../graph/attributes.ts";

/**
 * Multiply-adds of one node for one row of a batch; 0 for ops that multiply nothing with a weight,
 * null where a length is not known.
 *
 * A convolution does (window x input channels of a group) for each element of its output; a matrix
 * product does its inner length for each element.
 */
export function multiplyAdds(graph: Graph, node: GraphNode): number | null {
  // Ops on integer codes keep scale and zero point behind the first factor.
  const w = node.op === "QLinearConv" ? 3 : 1;
  switch (node.op) {
    case "Conv":
    case "FusedConv":
    case "ConvInteger":
    case "QLinearConv":
      return product(lengths(graph, node.outputs[0]), lengths(graph, node.inputs[w])?.slice(1));
    case "ConvTranspose":
      return product(lengths(graph, node.inputs[0]), lengths(graph, node.inputs[1])?.slice(1));
    case "Gemm":
    case "QGemm": {
      const a = lengths(graph, node.inputs[0]);
      const inner = attribute(node, "transA", "int", 0) ? a?.[0] : a?.[1];
      return product(lengths(graph, node.outputs[0]), inner === undefined ? undefined : [inner]);
    }
    case "MatMul":
    case "MatMulInteger":
    case "QLinearMatMul":
      return product(lengths(graph, node.outputs[0]), lengths(graph, node.inputs[0])?.slice(-1));
    default:
      return 0;
  }
}

/** The shape of a value, with one row for a free batch. */
function lengths(graph: Graph, name: string | undefined): number[] | undefined {
  if (name === undefined) return undefined;
  const shape =
    graph.initializers.get(name)?.shape ??
    valueType(graph, name)?.shape?.map((dim: Dim, axis) =>
      axis === 0 && typeof dim !== "number" ? 1 : dim,
    );
  return shape?.every((dim) => typeof dim === "number") ? (shape as number[]) : undefined;
}

function valueType(graph: Graph, name: string): ValueType | undefined {
  return (
    graph.values.get(name) ??
    [...graph.inputs, ...graph.outputs].find((value) => value.name === name)
  );
}

function product(output: number[] | undefined, inner: number[] | undefined): number | null {
  return output === undefined || inner === undefined ? null : sizeOf(output) * sizeOf(inner);
}
