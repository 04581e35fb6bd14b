import { pushAll } from "../base/extremes.ts";
import { StriateError } from "../base/errors.ts";
import type { Attribute, Graph, GraphNode } from "./graph.ts";

/** The node that makes each value. */
export function producers(graph: Graph): Map<string, GraphNode> {
  const made = new Map<string, GraphNode>();
  for (const node of graph.nodes)
    for (const name of node.outputs) if (name !== "") made.set(name, node);
  return made;
}

/** The nodes that read each value, through subgraphs too. */
export function consumers(graph: Graph): Map<string, GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const name of new Set([...node.inputs, ...outerReads(node)])) {
      if (name === "") continue;
      const list = readers.get(name);
      if (list) list.push(node);
      else readers.set(name, [node]);
    }
  return readers;
}

/** The subgraphs of a node: the bodies of If, Loop and Scan. */
export function subgraphs(node: GraphNode): Graph[] {
  return Object.values(node.attributes).flatMap((attribute: Attribute) =>
    attribute.kind === "graph"
      ? [attribute.value]
      : attribute.kind === "graphs"
        ? [...attribute.value]
        : [],
  );
}

/** The values of the outer graph that a node's subgraphs read. */
export function outerReads(node: GraphNode): string[] {
  return subgraphs(node).flatMap(freeValues);
}

function freeValues(graph: Graph): string[] {
  const own = new Set([
    ...graph.inputs.map((value) => value.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const read = graph.nodes.flatMap((node) => [...node.inputs, ...outerReads(node)]);
  for (const { name } of graph.outputs) read.push(name);
  return [...new Set(read)].filter((name) => name !== "" && !own.has(name));
}

/** The nodes that `values` need, in graph order. */
export function nodesFor(graph: Graph, values: Iterable<string>): GraphNode[] {
  const made = producers(graph);
  const needed = new Set<GraphNode>();
  const open = [...values];
  while (open.length > 0) {
    const node = made.get(open.pop()!);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    pushAll(open, node.inputs);
    pushAll(open, outerReads(node));
  }
  return graph.nodes.filter((node) => needed.has(node));
}

/** The nodes in an order in which each comes after those it reads; a cycle is an error. */
export function sortNodes(nodes: readonly GraphNode[]): GraphNode[] {
  const made = new Map<string, GraphNode>();
  for (const node of nodes) for (const name of node.outputs) if (name !== "") made.set(name, node);
  const sorted: GraphNode[] = [];
  const state = new Map<GraphNode, "open" | "done">();
  for (const root of nodes) {
    // An explicit stack: graphs of strangers may be deeper than the call stack.
    const stack: { node: GraphNode; reads: string[] }[] = [];
    const enter = (node: GraphNode) => {
      state.set(node, "open");
      stack.push({ node, reads: [...node.inputs, ...outerReads(node)] });
    };
    if (!state.has(root)) enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = top.reads.pop();
      if (next === undefined) {
        state.set(top.node, "done");
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      const maker = made.get(next);
      if (maker === undefined || state.get(maker) === "done") continue;
      if (state.get(maker) === "open")
        throw new StriateError(`the graph has a cycle through value "${next}"`);
      enter(maker);
    }
  }
  return sorted;
}
