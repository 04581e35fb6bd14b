import { GraphBuilder } from "../../builder.ts";
import { type Attribute, type Graph, type GraphNode, copyGraph } from "../../graph.ts";
import { renameNode } from "../../rename.ts";
import { liftConstants } from "./lift-constants.ts";

/**
 * Moves the constants of bodies (the branches of an If, a Loop's body) into the graph around them, where
 * weights are looked for: a body sees what stands outside of it. A constant that a body puts out stays,
 * since ONNX wants a body to make its outputs. Returns a new graph.
 */
export function liftBodyWeights(graph: Graph): Graph {
  if (!graph.nodes.some(hasBody)) return graph;
  const result = copyGraph(graph);
  const b = new GraphBuilder(result);
  result.nodes = result.nodes.map((node) => (hasBody(node) ? lifted(b, node) : node));
  return result;
}

const hasBody = (node: GraphNode): boolean =>
  Object.values(node.attributes).some(({ kind }) => kind === "graph");

function lifted(b: GraphBuilder, node: GraphNode): GraphNode {
  const attributes = Object.entries(node.attributes).map(([key, value]): [string, Attribute] => [
    key,
    value.kind === "graph" ? { kind: "graph", value: liftedBody(b, value.value) } : value,
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function liftedBody(b: GraphBuilder, given: Graph): Graph {
  const bound = new Set([...given.inputs, ...given.outputs].map(({ name }) => name));
  const body = liftConstants(given, bound);
  const names = new Map<string, string>();
  const initializers = new Map(body.initializers);
  for (const [name, value] of body.initializers) {
    if (bound.has(name)) continue;
    names.set(name, b.initializer(b.fresh(name), value));
    initializers.delete(name);
  }
  const values = new Map([...body.values].filter(([name]) => !names.has(name)));
  const nodes = body.nodes
    .map((node) => renameNode(node, names))
    .map((node) => (hasBody(node) ? lifted(b, node) : node));
  return { ...body, initializers, values, nodes };
}
