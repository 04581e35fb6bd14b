import { type Graph, type GraphNode, copyGraph } from "../../graph.ts";
import { pruned } from "../../outputs.ts";
import { subgraphs } from "../../traverse.ts";
import { GraphFacts } from "../facts.ts";

/**
 * Reshapes that change no shape and transposes that undo the one before them are left out, with what only they
 * read: the reverse walk goes back through every one of the forward pass, and where two layers meet both ways cancel.
 */
export function idleLayout(graph: Graph): Graph {
  // The bodies of loops read outer values by name: they keep the names that they know.
  if (graph.nodes.some((node) => subgraphs(node).length > 0)) return graph;
  const facts = new GraphFacts(graph);
  const renamed = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
    const source = sourceOf(facts, node);
    if (source !== undefined && !facts.isOutput(node.outputs[0]!))
      renamed.set(node.outputs[0]!, renamed.get(source) ?? source);
    else nodes.push(renamed.size === 0 ? node : { ...node, inputs });
  }
  return renamed.size === 0 ? graph : pruned({ ...copyGraph(graph), nodes });
}

/** The value that a node gives again as it is. */
function sourceOf(facts: GraphFacts, node: GraphNode): string | undefined {
  if (node.domain !== "") return undefined;
  const [x] = node.inputs;
  if (node.op === "Reshape") {
    const [before, after] = [facts.shape(x), facts.shape(node.outputs[0])];
    return before && after && before.join() === after.join() ? x : undefined;
  }
  const order = orderOf(node);
  if (order === undefined) return undefined;
  if (order.every((axis, i) => axis === i)) return x;
  const before = facts.maker(x, "Transpose");
  const first = before && orderOf(before);
  return first && order.every((axis, i) => first[axis] === i) ? before.inputs[0] : undefined;
}

/** The axes of a Transpose that says them. */
function orderOf({ op, attributes: { perm } }: GraphNode): readonly number[] | undefined {
  return op === "Transpose" && perm?.kind === "ints" ? perm.value : undefined;
}
