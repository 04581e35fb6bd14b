import { largest } from "../../../base/extremes.ts";
import { sizeOf } from "../../../base/shape.ts";
import type { Graph } from "../../graph.ts";
import { Rewriter } from "../rewriter.ts";

/**
 * `(x / p) q`, with p and q small against x, becomes `x (q / p)`: one pass over x in place of two, as a
 * normalised batch that is scaled again needs.
 */
export function channelScale(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  const { facts, b } = rewriter;
  for (const product of graph.nodes) {
    if (product.op !== "Mul") continue;
    const [left, q] = product.inputs as [string, string];
    const divided = facts.maker(left, "Div");
    if (divided === undefined || !facts.isReadOnce(left)) continue;
    const [x, p] = divided.inputs as [string, string];
    const sizes = [x, p, q].map((name) => sizeOf(facts.shape(name) ?? []));
    const isSmall = facts.shape(x) !== undefined && sizes[0]! >= 8 * largest(sizes.slice(1));
    if (!isSmall || !isFloat(facts.type(x))) continue;
    rewriter.drop(product);
    b.op("Mul", [x, b.op("Div", [q, p])], {}, { outputs: product.outputs });
  }
  return rewriter.finish();
}

const isFloat = (type: string): boolean => type.startsWith("float");
