import { pushAll } from "../../base/extremes.ts";
import { sizeOf } from "../../base/shape.ts";
import { bytesPerElement } from "../../base/tensor.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { outerReads } from "../../graph/traverse.ts";
import { GraphFacts } from "../../graph/passes/facts.ts";
import type { RowAxes } from "./row-axes.ts";
import { smallestCut } from "./smallest-cut.ts";

/** A stretch of a graph that runs over parts of a batch: the forward pass, the backward pass. */
export interface Stretch {
  /** In graph order. */
  nodes: GraphNode[];
  /** Those of them whose results others read from here; the rest repeats what an earlier stretch did. */
  own: ReadonlySet<GraphNode>;
}

/**
 * Whether a row of a value is a picture: it has at least two axes. Ops on vectors are better done for the
 * whole batch at once.
 */
const isPicture = (shape: readonly number[], rowAxis: number): boolean =>
  shape.filter((length, axis) => length > 1 && axis !== rowAxis).length >= 2;

const heavy = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul"]);

/**
 * Ops that are worth doing again rather than keeping their results: they cost little more than
 * reading and writing, and what they read is small or kept anyway.
 */
const cheap = new Set([
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Where", "Clip", "Identity", "Cast", "Neg", "Abs"],
  ...["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Not"],
  ...["Relu", "LeakyRelu", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand"],
  ...["Concat", "Split", "Slice", "Pad", "Gather", "SpaceToDepth", "DepthToSpace", "MaxUnpool"],
]);

/**
 * Whether two values are equal may change when one of them is made again with other rounding, by another
 * fusion of ops: that is decided once.
 */
const decided = "Equal";

/**
 * Divides a graph into stretches that treat pictures row by row, and all the rest. Stretches alternate
 * with what needs the whole batch: in a step there are two, forward and backward, with the dense
 * layers and the loss between them.
 *
 * A later stretch makes values of an earlier one again where that is cheaper than keeping them, and
 * what nothing else needs it makes alone.
 */
export function planStretches(graph: Graph, axes: RowAxes): Stretch[] {
  const facts = new GraphFacts(graph);
  const levels = levelsOf(graph, axes, facts);
  const stretches = new Map<number, Set<GraphNode>>();
  for (const node of graph.nodes) {
    const level = levels.get(node)!;
    if (level % 2 === 0) stretches.set(level, (stretches.get(level) ?? new Set()).add(node));
  }
  for (const [level, nodes] of stretches)
    if (![...nodes].some((node) => heavy.has(node.op))) stretches.delete(level);
  const sets = [...stretches].sort(([a], [b]) => a - b).map(([, nodes]) => nodes);
  /** What some stretch reads of another one: it is written out, and more readers cost nothing. */
  const carried = new Set<string>();
  return sets.map((own, i) => {
    const again = repeated(graph, axes, facts, sets, i, carried);
    return { nodes: graph.nodes.filter((node) => own.has(node) || again.has(node)), own };
  });
}

/**
 * Whether a node treats pictures, and can do so row by row. A sum over what lies inside of each row is
 * one over a picture too, even if the picture was laid out as a matrix.
 */
function isPictureNode(axes: RowAxes, facts: GraphFacts, node: GraphNode): boolean {
  const kind = axes.kind(node);
  if (kind === "whole") return false;
  return [...node.inputs, ...node.outputs].some((name) => {
    const rows = axes.rows.get(name);
    if (rows === undefined) return false;
    return isPicture(facts.shape(name)!, rows.axis) || (kind === "sum" && rows.each > 1);
  });
}

/** Even levels treat pictures row by row, odd ones everything else; a node comes after what it reads. */
function levelsOf(graph: Graph, axes: RowAxes, facts: GraphFacts): Map<GraphNode, number> {
  const levels = new Map<GraphNode, number>();
  for (const node of graph.nodes) {
    const ofPictures = isPictureNode(axes, facts, node);
    let level = ofPictures ? 0 : -1;
    for (const name of [...node.inputs, ...outerReads(node)]) {
      const maker = facts.maker(name);
      if (maker === undefined) continue;
      const before = levels.get(maker)!;
      if (before % 2 !== 0) level = Math.max(level, ofPictures ? before + 1 : before);
      // A sum is whole only after the last part of the batch.
      else if (ofPictures)
        level = Math.max(level, axes.kind(maker) === "sum" ? before + 2 : before);
      else level = Math.max(level, before + 1);
    }
    levels.set(node, level);
  }
  return levels;
}

/** The nodes outside of a stretch that nothing needs but the stretch: they may as well run in it. */
function onlyFor(
  stretch: ReadonlySet<GraphNode>,
  graph: Graph,
  facts: GraphFacts,
): ReadonlySet<GraphNode> {
  const movable = new Set<GraphNode>();
  for (const node of graph.nodes.toReversed()) {
    const isOnlyFor = node.outputs.every(
      (name) =>
        !facts.isOutput(name) &&
        facts.readers(name).every((reader) => stretch.has(reader) || movable.has(reader)),
    );
    if (isOnlyFor && !stretch.has(node)) movable.add(node);
  }
  return movable;
}

/** The nodes of earlier stretches that stretch `i` should run again instead of reading their results. */
function repeated(
  graph: Graph,
  axes: RowAxes,
  facts: GraphFacts,
  stretches: readonly ReadonlySet<GraphNode>[],
  i: number,
  carried: Set<string>,
): Set<GraphNode> {
  const early = new Set(stretches.slice(0, i).flatMap((nodes) => [...nodes]));
  const isEarly = (name: string) => axes.rows.has(name) && early.has(facts.maker(name)!);
  const needed = new Set([...stretches[i]!].flatMap((node) => node.inputs.filter(isEarly)));
  /** Results that are written out in any case. */
  const kept = (name: string) =>
    facts.isOutput(name) ||
    facts.readers(name).some((node) => !stretches.some((nodes) => nodes.has(node)));
  const movable = onlyFor(stretches[i]!, graph, facts);
  const made = new Map<string, readonly string[]>();
  for (const node of early)
    if (
      (cheap.has(node.op) || movable.has(node)) &&
      node.op !== decided &&
      axes.kind(node) === "rows"
    )
      for (const name of node.outputs)
        made.set(
          name,
          node.inputs.filter((input) => axes.rows.has(input)),
        );
  const cut = smallestCut({
    sources: new Set([...axes.rows.keys()].filter((name) => !isEarly(name))),
    needed,
    made,
    cost: (name) =>
      !isEarly(name) || kept(name) || carried.has(name)
        ? 0
        : sizeOf(facts.shape(name)!) * bytesPerElement(facts.type(name)),
  });
  for (const name of cut) if (isEarly(name)) carried.add(name);
  const again = new Set<GraphNode>();
  const open = [...needed].filter((name) => !cut.has(name));
  while (open.length > 0) {
    const node = facts.maker(open.pop())!;
    if (again.has(node)) continue;
    again.add(node);
    pushAll(
      open,
      node.inputs.filter((name) => axes.rows.has(name) && !cut.has(name)),
    );
  }
  return again;
}
