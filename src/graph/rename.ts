import type { Attribute, Graph, GraphNode } from "./graph.ts";

/** A copy of a graph with other names for some of its values. */
export function renameValues(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const rename = (name: string) => names.get(name) ?? name;
  const renameKeys = <V>(map: ReadonlyMap<string, V>): Map<string, V> =>
    new Map([...map].map(([name, value]) => [rename(name), value]));
  const renamed = <V extends { name: string }>(value: V): V => ({
    ...value,
    name: rename(value.name),
  });
  return {
    ...graph,
    inputs: graph.inputs.map(renamed),
    outputs: graph.outputs.map(renamed),
    nodes: graph.nodes.map((node) => renameNode(node, names)),
    initializers: renameKeys(graph.initializers),
    values: renameKeys(graph.values),
  };
}

/** A copy of a node with other names for the values it reads and makes, inside its bodies too. */
export function renameNode(node: GraphNode, names: ReadonlyMap<string, string>): GraphNode {
  const rename = (name: string) => names.get(name) ?? name;
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => [key, renameAttribute(value, names)]),
    ),
  };
}

function renameAttribute(value: Attribute, names: ReadonlyMap<string, string>): Attribute {
  if (value.kind === "graph") return { kind: "graph", value: renameBody(value.value, names) };
  if (value.kind === "graphs")
    return { kind: "graphs", value: value.value.map((graph) => renameBody(graph, names)) };
  return value;
}

/** A body sees the names around it, except where a name of its own hides one. */
function renameBody(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const own = new Set([
    ...graph.inputs.map((value) => value.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const outer = new Map([...names].filter(([name]) => !own.has(name)));
  return {
    ...graph,
    outputs: graph.outputs.map((value) => ({
      ...value,
      name: outer.get(value.name) ?? value.name,
    })),
    nodes: graph.nodes.map((node) => renameNode(node, outer)),
  };
}
