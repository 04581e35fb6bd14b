import type { Graph, GraphNode } from "../../graph/graph.ts";
import { consumers, producers } from "../../graph/traverse.ts";

/** How the real numbers are made of what an op on integers gives. */
export interface IntegerProduct {
  /** The value that holds the real numbers. */
  real: string;
  /** The nodes that make them, which are no layers of their own. */
  nodes: readonly GraphNode[];
}

/**
 * The convolutions and products of a network that is quantised while it runs: integers are multiplied,
 * cast to floats and multiplied by both scales. To a person that is one layer, and its integers say
 * nothing.
 *
 * Source: what `quantize_dynamic` of ONNX Runtime writes.
 */
export function integerProducts(graph: Graph): Map<GraphNode, IntegerProduct> {
  const makers = producers(graph);
  const readers = consumers(graph);
  const onlyReader = (value: string, op: string): GraphNode | undefined => {
    const [reader, ...others] = readers.get(value) ?? [];
    return others.length === 0 && reader?.op === op ? reader : undefined;
  };
  const products = new Map<GraphNode, IntegerProduct>();
  for (const node of graph.nodes) {
    if (node.op !== "ConvInteger" && node.op !== "MatMulInteger") continue;
    const cast = onlyReader(node.outputs[0]!, "Cast");
    const scaled = cast && onlyReader(cast.outputs[0]!, "Mul");
    if (scaled === undefined) continue;
    const scale = scaled.inputs.find((name) => name !== cast!.outputs[0]) ?? "";
    const both = onlyReader(scale, "Mul") === scaled ? makers.get(scale) : undefined;
    const nodes = [cast!, scaled, ...(both?.op === "Mul" ? [both] : [])];
    products.set(node, { real: scaled.outputs[0]!, nodes });
  }
  return products;
}
