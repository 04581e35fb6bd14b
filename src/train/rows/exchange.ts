import { largest } from "../../base/extremes.ts";
import type { Graph, GraphNode, Value, ValueType } from "../../graph/graph.ts";
import { pruned } from "../../graph/outputs.ts";
import { outerReads } from "../../graph/traverse.ts";

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
  const reads = new Map(graph.nodes.map((node) => [node, [...node.inputs, ...outerReads(node)]]));
  const rounds = roundsOf(graph, reads);
  const made = new Map<string, number>();
  /** The last round that reads a value. */
  const last = new Map<string, number>();
  const parts: GraphNode[][] = [];
  for (const node of graph.nodes) {
    const round = rounds.get(node)!;
    (parts[round] ??= []).push(node);
    for (const name of node.outputs) made.set(name, round);
    for (const name of reads.get(node)!) last.set(name, Math.max(round, last.get(name) ?? 0));
  }
  return Array.from(parts, (all = [], round) => {
    const nodes = all.filter((node) => !isExchange(node));
    const exchanges = all.filter(isExchange).map((node) => exchangeOf(graph, node));
    const own = new Set(nodes.flatMap((node) => node.outputs));
    const read = new Set(nodes.flatMap((node) => reads.get(node)!));
    const sent = new Set(exchanges.map(({ part }) => part));
    const outputs = graph.outputs.filter(({ name }) => own.has(name));
    const named = new Set(outputs.map(({ name }) => name));
    for (const name of own)
      if (!named.has(name) && (sent.has(name) || (last.get(name) ?? 0) > round))
        outputs.push(valueOf(graph, name));
    const inputs = [...graph.inputs];
    for (const name of read)
      if (made.has(name) && !own.has(name)) inputs.push(valueOf(graph, name));
    const values = new Map([...own].flatMap((name) => knownOf(graph, name)));
    const opsets = new Map(graph.opsets);
    opsets.delete(WORKERS);
    const initializers = new Map(graph.initializers);
    const part = { ...graph, nodes, inputs, outputs, values, opsets, initializers };
    return { graph: pruned(part), exchanges };
  });
}

/** A node runs in the round after the last meeting that it waits for. */
function roundsOf(
  graph: Graph,
  reads: ReadonlyMap<GraphNode, readonly string[]>,
): Map<GraphNode, number> {
  const rounds = new Map<GraphNode, number>();
  const ready = new Map<string, number>();
  for (const node of graph.nodes) {
    const round = Math.max(0, largest(reads.get(node)!.map((name) => ready.get(name) ?? 0)));
    rounds.set(node, round);
    for (const name of node.outputs) ready.set(name, isExchange(node) ? round + 1 : round);
  }
  return rounds;
}

const isExchange = (node: GraphNode): boolean => node.domain === WORKERS;

function exchangeOf(graph: Graph, node: GraphNode): Exchange {
  const [whole] = node.outputs as [string];
  return {
    how: node.op === "Sum" ? "sum" : "rows",
    part: node.inputs[0]!,
    whole,
    shape: graph.values.get(whole)!.shape as readonly number[],
  };
}

const knownOf = (graph: Graph, name: string): [string, ValueType][] => {
  const known = graph.values.get(name);
  return known ? [[name, known]] : [];
};

/** A value as an input or output; what nothing is known of keeps its place with an open shape. */
function valueOf(graph: Graph, name: string): Value {
  const known = graph.values.get(name);
  return { name, type: known?.type ?? "float32", shape: known?.shape ?? null };
}
