import type { Graph, GraphNode } from "../graph.ts";
import type { GraphFacts } from "./facts.ts";
import { Rewriter } from "./rewriter.ts";

/**
 * `MaxPool(Relu(x))` becomes `Relu(MaxPool(x))`, and in the backward pass the gradient is masked before
 * it is spread over the windows: both touch a quarter of the elements (for 2x2 pools). It is the same
 * number for number: max and Relu change places, the place of a positive maximum stays, and a window
 * without one gets no gradient either way.
 *
 *     a = Relu(x)                          q = MaxPool(x)
 *     p = MaxPool(a)                       p = Relu(q)
 *     dx = MaxUnpool(g, place) * (a > 0)   dx = MaxUnpool(g * (p > 0), place)
 *
 * Applies where nothing else reads `a`.
 */
export function reluAfterPool(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  for (const relu of graph.nodes) {
    const match = relu.op === "Relu" ? matchPool(rewriter.facts, relu) : undefined;
    if (match) rewrite(rewriter, relu, match);
  }
  return rewriter.finish();
}

interface Match {
  /** The pools that read the activation: forward, and perhaps once more for the places. */
  pools: GraphNode[];
  /** In the backward pass: `a > 0`, its Cast, MaxUnpool, and the product of the two. */
  backward?: { greater: GraphNode; cast: GraphNode; unpool: GraphNode; product: GraphNode };
}

function matchPool(facts: GraphFacts, relu: GraphNode): Match | undefined {
  const activation = relu.outputs[0]!;
  const readers = facts.readers(activation);
  const pools = readers.filter((node) => node.op === "MaxPool");
  const others = readers.filter((node) => node.op !== "MaxPool");
  if (facts.isOutput(activation) || pools.length === 0 || others.length > 1) return undefined;
  if (others.length === 0) return { pools };
  const [greater] = others as [GraphNode];
  if (greater.op !== "Greater" || facts.number(greater.inputs[1]) !== 0) return undefined;
  const cast = only(facts, greater, "Cast");
  const product = cast && only(facts, cast, "Mul");
  if (!cast || !product) return undefined;
  const unpool = product.inputs
    .map((name) => facts.maker(name, "MaxUnpool"))
    .find((node) => node !== undefined);
  if (!unpool || !facts.isReadOnce(unpool.outputs[0]!)) return undefined;
  const places = facts.maker(unpool.inputs[1], "MaxPool");
  if (!places || !pools.includes(places)) return undefined;
  return { pools, backward: { greater, cast, unpool, product } };
}

/** The only reader of a node's result, if it is of this kind. */
function only(facts: GraphFacts, node: GraphNode, op: string): GraphNode | undefined {
  const name = node.outputs[0]!;
  const [reader] = facts.readers(name);
  return facts.isReadOnce(name) && reader?.op === op ? reader : undefined;
}

function rewrite(rewriter: Rewriter, relu: GraphNode, { pools, backward }: Match): void {
  const { b } = rewriter;
  const [x] = relu.inputs as [string];
  rewriter.drop(relu, ...pools);
  /** The pooled activation, by what tells pools apart. */
  const pooled = new Map<string, string>();
  for (const pool of pools) {
    const [value, ...places] = pool.outputs;
    const [raw] = b.ops("MaxPool", [x], pool.attributes, {
      outputs: [b.fresh(`${value}/before`), ...places],
    });
    b.op("Relu", [raw!], {}, { outputs: [value!] });
    const key = JSON.stringify(pool.attributes);
    if (!pooled.has(key)) pooled.set(key, value!);
  }
  if (!backward) return;
  const { greater, cast, unpool, product } = backward;
  rewriter.drop(greater, cast, unpool, product);
  const places = rewriter.facts.maker(unpool.inputs[1])!;
  const positive = b.op("Greater", [
    pooled.get(JSON.stringify(places.attributes))!,
    greater.inputs[1]!,
  ]);
  const mask = b.op("Cast", [positive], cast.attributes);
  const masked = b.op("Mul", [unpool.inputs[0]!, mask]);
  b.op("MaxUnpool", [masked, ...unpool.inputs.slice(1)], unpool.attributes, {
    outputs: product.outputs,
  });
}
