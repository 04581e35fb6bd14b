import { largest } from "../base/extremes.ts";
import { sizeOf } from "../base/shape.ts";
import { castTo, toNumbers, type NumericType, type Tensor } from "../base/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { withOutputs } from "../graph/outputs.ts";

/** The part of a runtime that the check needs. */
export interface Engine {
  open(graph: Graph): Promise<{
    run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
    release(): Promise<void>;
  }>;
}

/** A gradient to be checked. */
export interface Check {
  /** The graph that holds both the objective's terms and the gradient. */
  graph: Graph;
  /** Values and weights: the objective is the sum of all weights times values. */
  terms: readonly { value: string; weights: readonly number[] }[];
  /** The gradient of the objective by each of these inputs, by name. */
  gradients: ReadonlyMap<string, string>;
  feeds: Readonly<Record<string, Tensor>>;
  /** Width of a difference. */
  step: number;
  /** At most so many elements of each input, evenly spaced; all by default. */
  most?: number;
}

/** An element of a gradient beside what differences say of it. */
export interface Comparison {
  input: string;
  index: number;
  gradient: number;
  difference: number;
  /** The error as a part of the largest element of that input's gradient, or of 1. */
  error: number;
}

/**
 * Compares a gradient with central differences of the objective, in double precision as far as the
 * graph's own types are double.
 *
 * Each difference takes four values, (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h, so that what it leaves
 * out is of the order h⁴.
 */
export async function compareGradient(check: Check, engine: Engine): Promise<Comparison[]> {
  const gradients = await runOnce(check, [...check.gradients.values()], engine);
  const values = check.terms.map((term) => term.value);
  const session = await engine.open(withOutputs(check.graph, values));
  try {
    const objective = async (feeds: Readonly<Record<string, Tensor>>): Promise<number> => {
      const results = await session.run(feeds);
      return check.terms.reduce(
        (sum, { value, weights }) => sum + dot(toNumbers(results[value]!), weights),
        0,
      );
    };
    const comparisons: Comparison[] = [];
    for (const [input, name] of check.gradients) {
      const gradient = toNumbers(gradients[name]!);
      const size = sizeOf(check.feeds[input]!.shape);
      if (gradient.length !== size)
        comparisons.push({ input, index: -1, gradient: NaN, difference: NaN, error: Infinity });
      const differences = await differencesBy(check, input, objective);
      const scale = Math.max(1, largest(differences.map(([, difference]) => Math.abs(difference))));
      for (const [index, difference] of differences) {
        const error = Math.abs(gradient[index]! - difference) / scale;
        comparisons.push({ input, index, gradient: gradient[index]!, difference, error });
      }
    }
    return comparisons;
  } finally {
    await session.release();
  }
}

/** The comparison that is off most; undefined for an empty list. An error that is no number comes first. */
export function worstOf(comparisons: readonly Comparison[]): Comparison | undefined {
  const size = ({ error }: Comparison) => (Number.isNaN(error) ? Infinity : error);
  return comparisons.reduce<Comparison | undefined>(
    (worst, next) => (worst && size(worst) >= size(next) ? worst : next),
    undefined,
  );
}

async function runOnce(check: Check, outputs: readonly string[], engine: Engine) {
  const distinct = [...new Set(outputs)];
  const graph = withOutputs(check.graph, distinct);
  const session = await engine.open(graph);
  try {
    const results = await session.run(check.feeds);
    // A gradient that is an input itself (a seed) comes out under another name.
    return Object.fromEntries(distinct.map((name, i) => [name, results[graph.outputs[i]!.name]!]));
  } finally {
    await session.release();
  }
}

async function differencesBy(
  { feeds, step, most = Infinity }: Check,
  input: string,
  objective: (feeds: Readonly<Record<string, Tensor>>) => Promise<number>,
): Promise<[index: number, difference: number][]> {
  const exact = feeds[input]!;
  const numbers = toNumbers(exact);
  const at = (index: number, distance: number) => {
    const moved = { ...exact, type: "float64" as const, data: Float64Array.from(numbers) };
    moved.data[index]! += distance;
    return objective({ ...feeds, [input]: castTo(moved, exact.type as NumericType) });
  };
  const differences: [number, number][] = [];
  const stride = Math.max(1, Math.ceil(numbers.length / most));
  for (let index = 0; index < numbers.length; index += stride) {
    const near = (await at(index, step)) - (await at(index, -step));
    const far = (await at(index, 2 * step)) - (await at(index, -2 * step));
    differences.push([index, (8 * near - far) / (12 * step)]);
  }
  return differences;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
