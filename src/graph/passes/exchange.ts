import type { Graph, GraphNode, Value } from "../graph.ts";
import { copyGraph } from "../graph.ts";
import { pruned } from "../outputs.ts";
import { outerReads } from "../traverse.ts";

/** The domain of the marks that a graph for one of several workers bears; no engine knows it. */
export const WORKERS = "striate.workers";

/**
 * A mark in a worker's graph: here the workers must meet. Either their values are added up, or their
 * rows are put together, in the order of the workers.
 */
export interface Exchange {
  how: "sum" | "rows";
  /** This worker's part, and what all workers have then. */
  part: string;
  whole: string;
  /** Shape of the whole; the part of a sum has the same. */
  shape: readonly number[];
}

/** What a worker runs between two meetings. */
export interface Round {
  graph: Graph;
  /** What is exchanged after it. */
  exchanges: Exchange[];
}

/**
 * Cuts a worker's graph where the workers must meet. What a later round reads of an earlier one becomes
 * an output of that one and an input of this one. The inputs and outputs of the graph stay, each where
 * it is made and read.
 */
export function cutAtExchanges(graph: Graph): Round[] {
  const rounds = roundsOf(graph);
  const count = Math.max(0, ...rounds.values()) + 1;
  const made = new Map<string, number>();
  for (const node of graph.nodes)
    for (const name of node.outputs) made.set(name, rounds.get(node)!);
  const marks = graph.nodes.filter(isExchange);
  return Array.from({ length: count }, (_, round) => {
    const nodes = graph.nodes.filter((node) => rounds.get(node) === round && !isExchange(node));
    const own = new Set(nodes.flatMap((node) => node.outputs));
    const exchanges = marks
      .filter((node) => rounds.get(node) === round)
      .map((node) => exchangeOf(graph, node));
    const wanted = new Set([
      ...exchanges.map(({ part }) => part),
      ...graph.nodes
        .filter((node) => rounds.get(node)! > round)
        .flatMap((node) => [...node.inputs, ...outerReads(node)]),
    ]);
    const part = copyGraph(graph);
    part.nodes = nodes;
    part.opsets.delete(WORKERS);
    part.outputs = graph.outputs.filter(({ name }) => own.has(name));
    const named = new Set(part.outputs.map(({ name }) => name));
    for (const name of wanted)
      if (own.has(name) && !named.has(name)) part.outputs.push(valueOf(graph, name));
    const read = new Set(nodes.flatMap((node) => [...node.inputs, ...outerReads(node)]));
    for (const name of read)
      if (made.has(name) && !own.has(name)) part.inputs.push(valueOf(graph, name));
    return { graph: pruned(part), exchanges };
  });
}

/** A node runs in the round after the last meeting that it waits for. */
function roundsOf(graph: Graph): Map<GraphNode, number> {
  const rounds = new Map<GraphNode, number>();
  const ready = new Map<string, number>();
  for (const node of graph.nodes) {
    const reads = [...node.inputs, ...outerReads(node)];
    const round = Math.max(0, ...reads.map((name) => ready.get(name) ?? 0));
    rounds.set(node, round);
    for (const name of node.outputs) ready.set(name, isExchange(node) ? round + 1 : round);
  }
  return rounds;
}

export const isExchange = (node: GraphNode): boolean => node.domain === WORKERS;

function exchangeOf(graph: Graph, node: GraphNode): Exchange {
  const [whole] = node.outputs as [string];
  return {
    how: node.op === "Sum" ? "sum" : "rows",
    part: node.inputs[0]!,
    whole,
    shape: graph.values.get(whole)!.shape as readonly number[],
  };
}

/** A value as an input or output; what nothing is known of keeps its place with an open shape. */
function valueOf(graph: Graph, name: string): Value {
  const known = graph.values.get(name);
  return { name, type: known?.type ?? "float32", shape: known?.shape ?? null };
}
