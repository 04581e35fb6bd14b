import type { Graph } from "../../graph.ts";
import { typeCode } from "../../protobuf/types.ts";
import type { GraphFacts } from "../facts.ts";
import { Rewriter } from "../rewriter.ts";

/**
 * `y > 0`, where y is never negative, is y cast to a boolean, which ONNX Runtime does twice as fast: the
 * mask of a Relu's gradient. Applies to results of Relu, and to maxima of them.
 */
export function positiveByCast(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  const { facts, b } = rewriter;
  for (const node of graph.nodes) {
    const [value, limit] = node.inputs;
    if (node.op !== "Greater" || facts.number(limit) !== 0 || !isNeverNegative(facts, value!))
      continue;
    // A limit with more axes would stretch the result.
    if (facts.constant(limit)!.shape.length > 0) continue;
    rewriter.drop(node);
    b.op("Cast", [value!], { to: typeCode("bool") }, { outputs: node.outputs });
  }
  return rewriter.finish();
}

function isNeverNegative(facts: GraphFacts, name: string): boolean {
  const maker = facts.maker(name);
  if (maker?.op === "MaxPool") return isNeverNegative(facts, maker.inputs[0]!);
  return maker?.op === "Relu";
}
