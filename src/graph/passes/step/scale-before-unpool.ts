import type { Graph, GraphNode } from "../../graph.ts";
import type { GraphFacts } from "../facts.ts";
import { Rewriter } from "../rewriter.ts";
import { isZeroPad } from "./sum-before-unpool.ts";

/**
 * `MaxUnpool(g) q`, with q the same all over space, is `MaxUnpool(g q)`: a quarter of the products. The
 * gradient through a normalised batch under a pool is such a one.
 */
export function scaleBeforeUnpool(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  for (const product of graph.nodes) {
    const match = matchProduct(rewriter.facts, product);
    if (match === undefined) continue;
    const { b } = rewriter;
    const { unpool, pad, q } = match;
    const [g, ...places] = unpool.inputs as [string, ...string[]];
    rewriter.drop(product);
    const inputs = [b.op("Mul", [g, q]), ...places];
    if (pad === undefined) {
      b.op("MaxUnpool", inputs, unpool.attributes, { outputs: product.outputs });
      continue;
    }
    const scaled = b.op("MaxUnpool", inputs, unpool.attributes);
    b.op("Pad", [scaled, ...pad.inputs.slice(1)], pad.attributes, { outputs: product.outputs });
  }
  return rewriter.finish();
}

interface Match {
  unpool: GraphNode;
  /** Zeros that are added around. */
  pad: GraphNode | undefined;
  q: string;
}

function matchProduct(facts: GraphFacts, product: GraphNode): Match | undefined {
  if (product.op !== "Mul") return undefined;
  for (const [x, q] of [product.inputs, product.inputs.toReversed()] as [string, string][]) {
    const maker = facts.maker(x);
    const pad = isZeroPad(facts, maker) ? maker : undefined;
    const unpool = facts.maker(pad?.inputs[0] ?? x, "MaxUnpool");
    const shape = facts.shape(q);
    const rank = facts.shape(x)?.length ?? 0;
    const isSame = shape && shape.length <= rank && shape.slice(-(rank - 2)).every(isOne);
    if (unpool && isSame) return { unpool, pad, q };
  }
  return undefined;
}

const isOne = (length: number): boolean => length === 1;
