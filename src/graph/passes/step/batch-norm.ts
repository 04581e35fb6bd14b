import type { GraphFacts } from "../facts.ts";
import { type Bindings, matchPattern, op } from "../pattern.ts";
import type { GraphNode } from "../../graph.ts";

/** A batch that is normalised by its own statistics, channel by channel: `(x - mean) / deviation`. */
export interface BatchNorm {
  /** The values of the parts. */
  x: string;
  mean: string;
  centred: string;
  variance: string;
  deviation: string;
  normalised: string;
  /** Shape of x: `[n, C, ...]`. */
  shape: readonly number[];
  /** Elements that one mean is taken of. */
  count: number;
}

const pattern = op("Div", "centred", op("Sqrt", op("Add", "variance", "epsilon")));

/** The normalisation that this node finishes, as the layers write it. */
export function matchBatchNorm(facts: GraphFacts, node: GraphNode): BatchNorm | undefined {
  const [normalised] = node.outputs as [string];
  const outer = node.op === "Div" ? matchPattern(facts, normalised, pattern) : undefined;
  const inner = outer && matchStatistics(facts, outer);
  const shape = facts.shape(inner?.x);
  if (outer === undefined || inner === undefined || !shape || shape.length < 3) return undefined;
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  for (const value of [inner.mean!, outer.variance!]) {
    const given = facts.integers(facts.maker(value)!.inputs[1]);
    if (given?.length !== axes.length || !axes.every((axis) => given.includes(axis)))
      return undefined;
    if (facts.shape(value)?.length !== shape.length) return undefined;
  }
  return {
    x: inner.x!,
    mean: inner.mean!,
    centred: outer.centred!,
    variance: outer.variance!,
    deviation: node.inputs[1]!,
    normalised,
    shape,
    count: shape.reduce((product, length, axis) => (axis === 1 ? product : product * length), 1),
  };
}

/** `centred = x - mean(x)`, `variance = mean(centred²)`. */
function matchStatistics(facts: GraphFacts, { centred, variance }: Bindings): Bindings | undefined {
  const first = matchPattern(facts, variance, op("ReduceMean", op("Mul", "centred", "centred")), {
    centred: centred!,
  });
  const mean = op("Sub", "x", "mean");
  const second = first && matchPattern(facts, centred, mean, first);
  return second && matchPattern(facts, second.mean, op("ReduceMean", "x"), second);
}
