import { float32, int64, tensor, type Tensor } from "../../../base/tensor.ts";
import type { Graph, GraphNode } from "../../graph.ts";

/**
 * Turns Constant nodes into initializers, which is where weights are looked for. Those in bodies stay,
 * and those whose value no tensor holds. Returns a new graph.
 *
 * @param kept values that have to be made by a node
 */
export function liftConstants(graph: Graph, kept: ReadonlySet<string> = new Set()): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.filter((node) => {
    const value = node.op === "Constant" && node.domain === "" ? valueOf(node) : undefined;
    const name = node.outputs[0];
    if (value === undefined || !name || kept.has(name)) return true;
    initializers.set(name, value);
    return false;
  });
  return { ...graph, initializers, nodes };
}

/** The tensor of a Constant node, in whichever of its attributes. */
function valueOf(node: GraphNode): Tensor | undefined {
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (name === "value" && attribute.kind === "tensor") return attribute.value;
    switch (attribute.kind) {
      case "float":
        return float32([], [attribute.value]);
      case "floats":
        return float32([attribute.value.length], attribute.value);
      case "int":
        return int64([attribute.value], []);
      case "ints":
        return int64(attribute.value);
      case "string":
        return tensor("string", [], [attribute.value]);
      case "strings":
        return tensor("string", [attribute.value.length], [...attribute.value]);
    }
  }
  return undefined;
}
