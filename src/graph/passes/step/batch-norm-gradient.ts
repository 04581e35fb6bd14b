import { sizeOf } from "../../../base/shape.ts";
import type { GraphBuilder } from "../../builder.ts";
import type { Graph, GraphNode } from "../../graph.ts";
import { type BatchNorm, matchBatchNorm } from "./batch-norm.ts";
import type { GraphFacts } from "../facts.ts";
import { matchPattern, op } from "../pattern.ts";
import { Rewriter } from "../rewriter.ts";

/**
 * The gradient through the statistics of a normalised batch in closed form. With h = (x - m) / s, and
 * g the gradient that arrives at `gamma h`,
 *
 *     dx = a (g - mean(g) - h mean(g h)),  a = gamma / s
 *
 * needs two sums over x and three passes, where the reverse walk, op by op, makes a dozen passes over
 * tensors of full size. The sums also are the gradients of beta and gamma.
 *
 * Source: S. Ioffe, C. Szegedy, Batch Normalization, 2015, section 3.
 */
export function batchNormGradient(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  const { facts } = rewriter;
  for (const node of graph.nodes) {
    const norm = matchBatchNorm(facts, node);
    if (norm === undefined) continue;
    for (const divided of facts.readers(norm.deviation)) {
      const match = matchGradient(facts, norm, divided);
      if (match) write(rewriter, norm, match);
    }
  }
  return rewriter.finish();
}

interface Match {
  /** What arrives at the normalised value. */
  arrived: string;
  /** Where the gradients of x are added up. */
  sum: GraphNode;
  /** Those of its inputs that this gradient consists of. */
  terms: readonly string[];
}

/** The gradient that begins with `arrived / deviation`, as the rules of the ops write it. */
function matchGradient(facts: GraphFacts, norm: BatchNorm, divided: GraphNode): Match | undefined {
  const [arrived, by] = divided.inputs as [string, string];
  const [direct] = divided.outputs as [string];
  if (divided.op !== "Div" || by !== norm.deviation || direct === norm.normalised) return undefined;
  const given = {
    direct,
    normalised: norm.normalised,
    centred: norm.centred,
    deviation: norm.deviation,
  };
  const { count } = norm;
  // d variance = -sum(g h / s) / (2 s), d mean = -sum(g / s) - sum(the former, over x)
  const product = op("ReduceSum", op("Neg", op("Mul", "direct", "normalised")));
  const ofVariance = op(
    "Expand",
    op("Div", op("Div", op("Mul", product, 0.5), "deviation"), count),
  );
  const half = op("Mul", ofVariance, "centred");
  const ofMean = op(
    "Sum",
    op("ReduceSum", op("Neg", "direct")),
    op("ReduceSum", op("Neg", "squares")),
  );
  const throughMean = op("Expand", op("Div", ofMean, count));
  for (const sum of facts.readers(direct)) {
    if (sum.op !== "Sum") continue;
    for (const squares of sum.inputs) {
      const isTwice = matchPattern(facts, squares, op("Sum", half, half), given);
      const mean = sum.inputs.find((value) =>
        matchPattern(facts, value, throughMean, { ...given, squares }),
      );
      if (isTwice && mean !== undefined) return { arrived, sum, terms: [direct, squares, mean] };
    }
  }
  return undefined;
}

function write(rewriter: Rewriter, norm: BatchNorm, { arrived, sum, terms }: Match): void {
  const { b, facts } = rewriter;
  const { shape, count, centred, deviation } = norm;
  const axes = b.i64(shape.map((_, axis) => axis).filter((axis) => axis !== 1));
  const total = (value: string) => b.op("ReduceSum", [value, axes], { keepdims: 1 });
  // gamma is a factor of each channel: what is summed is g itself.
  const scaled = matchScale(facts, arrived, shape[1]!);
  const g = scaled?.g ?? arrived;
  const sumG = total(g);
  const products = b.op("Mul", [g, centred]);
  const sumProducts = total(products);
  const scale = scaled
    ? b.op("Div", [columnOf(b, scaled.gamma, shape), deviation])
    : b.op("Reciprocal", [deviation]);
  const perElement = b.op("Div", [b.op("Neg", [scale]), b.f32(count)]);
  const offset = b.op("Mul", [sumG, perElement]);
  const squared = b.op("Mul", [deviation, deviation]);
  const slope = b.op("Mul", [b.op("Div", [sumProducts, squared]), perElement]);
  rewriter.drop(sum);
  b.op(
    "Sum",
    [
      b.op("Mul", [g, scale]),
      b.op("Add", [b.op("Mul", [centred, slope]), offset]),
      ...sum.inputs.filter((value) => !terms.includes(value)),
    ],
    {},
    { outputs: sum.outputs },
  );
  replaceSums(rewriter, norm, g, sumG, b.op("Div", [sumProducts, deviation]));
}

/** `g gamma`, gamma having one number for each channel. */
function matchScale(facts: GraphFacts, value: string, channels: number) {
  const product = facts.maker(value, "Mul");
  if (product === undefined) return undefined;
  const [g, gamma] = product.inputs as [string, string];
  const own = facts.shape(gamma);
  const perChannel = own && sizeOf(own) === channels && own.at(-3) === channels;
  return perChannel ? { g, gamma } : undefined;
}

/** A value with one number for each channel, as `[1, C, 1, ...]`. */
function columnOf(b: GraphBuilder, value: string, shape: readonly number[]): string {
  return b.op("Reshape", [value, b.i64(shape.map((length, axis) => (axis === 1 ? length : 1)))]);
}

/** The gradients of beta, `sum g`, and of gamma, `sum g h`, from the sums that are there now. */
function replaceSums(
  rewriter: Rewriter,
  { normalised }: BatchNorm,
  g: string,
  sumG: string,
  sumGh: string,
): void {
  const { b, facts } = rewriter;
  const replaceReduce = (node: GraphNode, by: string) => {
    if (node.op !== "ReduceSum" || rewriter.isReplaced(node)) return;
    const target = facts.shape(node.outputs[0])!;
    if (sizeOf(target) !== sizeOf(facts.shape(normalised)!.slice(1, 2))) return;
    rewriter.drop(node);
    b.op("Reshape", [by, b.i64(target)], {}, { outputs: node.outputs });
  };
  for (const reader of facts.readers(g)) {
    replaceReduce(reader, sumG);
    if (reader.op === "Mul" && reader.inputs.includes(normalised))
      for (const sum of facts.readers(reader.outputs[0]!)) replaceReduce(sum, sumGh);
  }
}
