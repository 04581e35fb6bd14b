import type { Graph, GraphNode } from "../../graph/graph.ts";
import { GraphFacts } from "../../graph/passes/facts.ts";
import { findOp } from "../../ops/index.ts";
import type { RowAxis, RowFacts } from "../../ops/facts/rows.ts";

/**
 * How a node stands to the rows of a batch: `rows`, it can run on any part of them; `sum`, likewise,
 * and the results of the parts are to be added; `whole`, it needs all rows or none.
 */
export type RowKind = "rows" | "sum" | "whole";

/** What an op does to rows; undefined for one that may do anything. */
export function rowFacts(node: GraphNode): RowFacts | undefined {
  const rows = findOp(node.domain, node.op)?.rows;
  return rows === "whole" ? undefined : rows;
}

/** Where the rows of a batch lie in the values of a graph. */
export interface RowAxes {
  /** Rows of the batch. */
  count: number;
  /** The values that have rows. */
  rows: ReadonlyMap<string, RowAxis>;
  kind(node: GraphNode): RowKind;
}

/**
 * Follows the rows of a batch from the inputs through a graph. All shapes must be known.
 *
 * @param inputs the graph inputs whose first axis is the batch
 */
export function findRows(graph: Graph, count: number, inputs: readonly string[]): RowAxes {
  const facts = new GraphFacts(graph);
  const rows = new Map<string, RowAxis>();
  const kinds = new Map<GraphNode, RowKind>();
  for (const name of inputs)
    if (facts.shape(name)?.[0] === count) rows.set(name, { axis: 0, each: 1 });
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => rows.has(name))) continue;
    const result = isKnown(facts, node)
      ? rowFacts(node)?.rule({
          node,
          facts,
          count,
          rows: (i) => rows.get(node.inputs[i] ?? "") ?? null,
          shape: (i) => facts.shape(node.inputs[i])!,
          outputShape: (i) => facts.shape(node.outputs[i])!,
        })
      : undefined;
    if (result === undefined || result === null) continue;
    kinds.set(node, result === "sum" ? "sum" : "rows");
    if (result !== "sum")
      for (const [i, name] of node.outputs.entries()) if (name !== "") rows.set(name, result[i]!);
  }
  return { count, rows, kind: (node) => kinds.get(node) ?? "whole" };
}

function isKnown(facts: GraphFacts, node: GraphNode): boolean {
  return [...node.inputs, ...node.outputs].every((name) => name === "" || facts.shape(name));
}

/** The shape of a value when the batch has `count` rows instead of `axes.count`. */
export function shapeOfPart(
  shape: readonly number[],
  rows: RowAxis | undefined,
  count: number,
): number[] {
  return shape.map((length, axis) => (axis === rows?.axis ? count * rows.each : length));
}
