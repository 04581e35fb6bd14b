import { sizeOf } from "../../../base/shape.ts";
import type { Attribute, Graph, GraphNode } from "../../graph.ts";
import { copyGraph } from "../../graph.ts";
import { pruned } from "../../outputs.ts";
import { subgraphs } from "../../traverse.ts";

const random = new Set([
  ...["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"],
  ...["Bernoulli", "Multinomial", "Dropout"],
]);

/**
 * Nodes that compute the same thing become one: the reverse walk writes some values again that the
 * forward pass has. Nodes with bodies and random ones stay as they are.
 */
export function commonSubexpressions(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const renamed = new Map<string, string>();
  const seen = new Map<string, GraphNode>();
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
    const own = inputs.some((name, i) => name !== node.inputs[i]) ? { ...node, inputs } : node;
    const key = subgraphs(node).length > 0 || random.has(node.op) ? undefined : keyOf(own);
    const known = key === undefined ? undefined : seen.get(key);
    const isOutput = node.outputs.some((name) => outputs.has(name));
    if (known === undefined || isOutput) {
      if (key !== undefined && known === undefined) seen.set(key, own);
      nodes.push(own);
      continue;
    }
    node.outputs.forEach((name, i) => renamed.set(name, known.outputs[i]!));
  }
  // The bodies of loops read outer values by name: they keep the names that they know.
  if (renamed.size === 0 || graph.nodes.some((node) => subgraphs(node).length > 0)) return graph;
  return pruned({ ...copyGraph(graph), nodes });
}

/** Equal for nodes that compute the same; undefined where that cannot be told quickly. */
function keyOf({ op, domain, inputs, outputs, attributes }: GraphNode): string | undefined {
  const parts: string[] = [];
  for (const [name, attribute] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = textOf(attribute);
    if (text === undefined) return undefined;
    parts.push(`${name}=${text}`);
  }
  return JSON.stringify([op, domain, inputs, outputs.map((name) => name !== ""), parts]);
}

function textOf(attribute: Attribute): string | undefined {
  switch (attribute.kind) {
    case "tensor": {
      const { type, shape, data } = attribute.value;
      if (type === "string" || sizeOf(shape) > 64) return undefined;
      return `${type}[${shape.join()}]${Array.from(data as ArrayLike<number>, String).join()}`;
    }
    case "int":
    case "float":
    case "string":
    case "ints":
    case "floats":
    case "strings":
      return `${attribute.kind} ${JSON.stringify(attribute.value)}`;
    default:
      return undefined;
  }
}
