import type { Graph, GraphNode } from "../../graph.ts";
import type { GraphFacts } from "../facts.ts";
import { Rewriter } from "../rewriter.ts";

/**
 * The gradient of `MaxPool(Relu(x))` masked before it is spread over the windows instead of after: the
 * mask has a quarter of the elements then (for 2x2 pools), and nothing of full size is touched twice.
 *
 *     a = Relu(x), p = MaxPool(a)
 *     dx = MaxUnpool(g, place) * (a > 0)   becomes   dx = MaxUnpool(g * (p > 0), place)
 *
 * The numbers are the same: only the maximum of a window gets a gradient, and it is positive where p
 * is. Applies where nothing but pools reads `a`.
 */
export function reluMaskAfterPool(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  for (const relu of graph.nodes) {
    const match = relu.op === "Relu" ? matchGradient(rewriter.facts, relu) : undefined;
    if (match) rewrite(rewriter, match);
  }
  return rewriter.finish();
}

/** The nodes of the backward pass: `a > 0`, its Cast, MaxUnpool, the product; and the pooled value. */
interface Match {
  greater: GraphNode;
  cast: GraphNode;
  unpool: GraphNode;
  product: GraphNode;
  pooled: string;
}

function matchGradient(facts: GraphFacts, relu: GraphNode): Match | undefined {
  const activation = relu.outputs[0]!;
  const readers = facts.readers(activation);
  const pools = readers.filter((node) => node.op === "MaxPool");
  const [greater, ...others] = readers.filter((node) => node.op !== "MaxPool");
  if (facts.isOutput(activation) || greater?.op !== "Greater" || others.length > 0)
    return undefined;
  const cast = only(facts, greater, "Cast");
  const product = cast && only(facts, cast, "Mul");
  if (facts.number(greater.inputs[1]) !== 0 || !cast || !product) return undefined;
  const unpool = product.inputs
    .map((name) => facts.maker(name, "MaxUnpool"))
    .find((node) => node !== undefined);
  const places = facts.maker(unpool?.inputs[1], "MaxPool");
  if (!unpool || !places || !pools.includes(places)) return undefined;
  if (!facts.isReadOnce(unpool.outputs[0]!)) return undefined;
  const attributes = JSON.stringify(places.attributes);
  const alike = pools.filter((pool) => JSON.stringify(pool.attributes) === attributes);
  const forward = alike.find((pool) => pool !== places) ?? places;
  return { greater, cast, unpool, product, pooled: forward.outputs[0]! };
}

/** The only reader of a node's result, if it is of this kind. */
function only(facts: GraphFacts, node: GraphNode, op: string): GraphNode | undefined {
  const name = node.outputs[0]!;
  const [reader] = facts.readers(name);
  return facts.isReadOnce(name) && reader?.op === op ? reader : undefined;
}

function rewrite(rewriter: Rewriter, { greater, cast, unpool, product, pooled }: Match): void {
  const { b } = rewriter;
  rewriter.drop(greater, cast, unpool, product);
  const mask = b.op("Cast", [b.op("Greater", [pooled, greater.inputs[1]!])], cast.attributes);
  const masked = b.op("Mul", [unpool.inputs[0]!, mask]);
  b.op("MaxUnpool", [masked, ...unpool.inputs.slice(1)], unpool.attributes, {
    outputs: product.outputs,
  });
}
