import type { Graph } from "../../graph.ts";
import { type BatchNorm, matchBatchNorm } from "./batch-norm.ts";
import { Rewriter } from "../rewriter.ts";

/**
 * Mean and variance of a batch from those of its rows, so that only a few numbers of each row have to
 * meet: with `m_i`, `v_i` the mean and variance of row i over space,
 *
 *     mean = mean of m_i,  variance = mean of v_i + mean of (m_i - mean)²
 *
 * Nothing cancels, as it would in `mean(x²) - mean(x)²`.
 *
 * Source: T. Chan, G. Golub, R. LeVeque, Updating Formulae and a Pairwise Algorithm for Computing
 * Sample Variances, 1979.
 */
export function batchMoments(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  for (const node of graph.nodes) {
    const norm = matchBatchNorm(rewriter.facts, node);
    if (norm) write(rewriter, norm);
  }
  return rewriter.finish();
}

function write(rewriter: Rewriter, { x, mean, variance, shape }: BatchNorm): void {
  const { b, facts } = rewriter;
  const [ofMean, ofVariance] = [facts.maker(mean)!, facts.maker(variance)!];
  if (rewriter.isReplaced(ofMean)) return;
  rewriter.drop(ofMean, ofVariance);
  const space = b.i64(shape.map((_, axis) => axis).slice(2));
  const batch = b.i64([0]);
  const square = (value: string) => b.op("Mul", [value, value]);
  const ownMean = b.op("ReduceMean", [x, space]);
  b.op("ReduceMean", [ownMean, batch], {}, { outputs: [mean] });
  const ownVariance = b.op("ReduceMean", [square(b.op("Sub", [x, ownMean])), space]);
  b.op(
    "Add",
    [
      b.op("ReduceMean", [ownVariance, batch]),
      b.op("ReduceMean", [square(b.op("Sub", [ownMean, mean])), batch]),
    ],
    {},
    { outputs: [variance] },
  );
}
