import type { Graph, GraphNode } from "../../graph.ts";
import type { GraphFacts } from "../facts.ts";
import { Rewriter } from "../rewriter.ts";

/**
 * `ReduceSum(MaxUnpool(g))` over all of space is `ReduceSum(g)`: the gradient of the bias under a pool,
 * from a quarter of the elements. Zeros that a Pad adds are not summed either.
 */
export function sumBeforeUnpool(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  const { facts, b } = rewriter;
  for (const sum of graph.nodes) {
    if (sum.op !== "ReduceSum" || !sumsSpace(facts, sum)) continue;
    const source = withoutZeros(facts, sum.inputs[0]!);
    if (source === sum.inputs[0]) continue;
    rewriter.drop(sum);
    b.op("ReduceSum", [source, sum.inputs[1]!], sum.attributes, { outputs: sum.outputs });
  }
  return rewriter.finish();
}

function sumsSpace(facts: GraphFacts, sum: GraphNode): boolean {
  const axes = facts.integers(sum.inputs[1]);
  const rank = facts.shape(sum.inputs[0])?.length ?? 0;
  const space = Array.from({ length: Math.max(0, rank - 2) }, (_, i) => i + 2);
  return rank > 2 && space.every((axis) => axes?.includes(axis) || axes?.includes(axis - rank));
}

/** The value before the ops that only put zeros between or around its elements in space. */
function withoutZeros(facts: GraphFacts, name: string): string {
  const maker = facts.maker(name);
  if (maker?.op === "MaxUnpool") return maker.inputs[0]!;
  return isZeroPad(facts, maker) ? withoutZeros(facts, maker!.inputs[0]!) : name;
}

/** Whether a node pads space with zeros. */
export function isZeroPad(facts: GraphFacts, node: GraphNode | undefined): node is GraphNode {
  if (node?.op !== "Pad" || node.domain !== "" || node.inputs[3]) return false;
  const mode = node.attributes.mode;
  const pads = facts.integers(node.inputs[1]);
  const rank = facts.shape(node.inputs[0])?.length ?? 0;
  const isZero = !node.inputs[2] || facts.number(node.inputs[2]) === 0;
  const inSpace = pads?.every((pad, i) => (i % rank > 1 ? pad >= 0 : pad === 0));
  return isZero && inSpace === true && (mode === undefined || mode.value === "constant");
}
