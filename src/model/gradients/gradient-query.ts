import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { RuleSet } from "../../gradient/rule-sets.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import { takeRows } from "../rows.ts";

/** What is asked of `RunningNetwork.gradients`. All values are those of the graph, in its layout. */
export interface GradientQuery {
  /** What is differentiated: the sum of these terms. */
  readonly of: readonly GradientTerm[];
  /** The values to differentiate by: graph inputs, inner values, weights. */
  readonly wrt: readonly string[];
  /** Values to compute in the same run: activations beside their gradients, the score. */
  readonly values?: readonly string[];
  /** Other gradient rules: `guidedBackpropagation`, `deconvnet`. */
  readonly rules?: RuleSet;
  /** Nodes behind the gradients; what they make comes in the gradients' place. */
  readonly then?: GraphPart;
  /** With `then`, the values that are given beside what it makes; by default all of `values`, which it reads. */
  readonly beside?: readonly string[];
}

/** A value with the weights of its elements: `sum of seed * value` is what is differentiated. */
export interface GradientTerm {
  readonly value: string;
  readonly seed: Seed;
}

/**
 * The gradient that arrives at a value. It is fed, so that one session serves every target: a tensor of
 * the value's shape, batch first, or a function that makes one of that shape ({@link seedAt}). A seed
 * that depends on what the network computes is written as nodes.
 */
export type Seed = Tensor | ((shape: readonly number[]) => Tensor<"float32">) | SeedPart;

/** Writes a seed into the graph: for deep dream's mean of squares the value itself. */
export interface SeedPart {
  /** Says all that the nodes depend on: sessions are kept by it. */
  readonly name: string;
  /** @returns the seed, of the value's shape; no gradient passes through it */
  write(f: Formula, value: string, shape: readonly number[]): string;
}

/** Writes nodes behind the gradients, so that a whole view is one graph: Grad-CAM's weighted sum. */
export interface GraphPart {
  /** Says all that the nodes depend on: sessions are kept by it. */
  readonly name: string;
  /** @returns the graph values to give */
  write(context: GraphPartContext): string[];
}

export interface GraphPartContext {
  b: GraphBuilder;
  f: Formula;
  /** In the order of `wrt`. */
  gradients: readonly string[];
  /** In the order of `values`. */
  values: readonly string[];
  /** Shape of a value of the network or of a gradient; nodes that `write` adds are not inferred yet. */
  shape(value: string): readonly number[];
}

/** Writes nodes behind values of the network, whose sizes are known. */
export interface ForwardPart {
  /** Says all that the nodes depend on: sessions are kept by it. */
  readonly name: string;
  /** @returns the graph values to give */
  write(context: Pick<GraphPartContext, "b" | "values" | "shape">): string[];
}

/** The values that a query gives. */
export const givenValues = ({ values = [], beside = values }: GradientQuery): readonly string[] =>
  beside;

export interface GradientResult {
  /** In the order of `wrt`, each of its value's shape; or what `then` made. In the graph's layout. */
  gradients: Tensor[];
  /** In the order of `values`, or of `beside`. */
  values: Tensor[];
}

/**
 * The seed of single elements: 1 (or `weight`) there in every row, 0 elsewhere.
 *
 * @param index without the batch, in the graph's layout: `[class]`, `[channel, row, column]`; null
 * stands for all places along an axis, and so does every axis that is left out
 */
export function seedAt(index: readonly (number | null)[] = [], weight = 1) {
  return (shape: readonly number[]): Tensor<"float32"> => {
    const seed = new Float32Array(checkedLength(sizeOf(shape), "elements", 2 ** 29));
    const place = shape.map((length, axis) => ({
      length,
      at: axis === 0 ? null : index[axis - 1],
    }));
    let offsets = [0];
    for (const { length, at } of place)
      offsets = offsets.flatMap((offset) =>
        at == null
          ? Array.from({ length }, (_, i) => offset * length + i)
          : [offset * length + inside(at, length, shape)],
      );
    for (const offset of offsets) seed[offset] = weight;
    return float32(shape, seed);
  };
}

/**
 * The seed that is fed for a value in one part of a batch: what its terms say, added up.
 *
 * @param start the part's first row
 * @param size the part's rows
 */
export function seedOf(
  terms: readonly GradientTerm[],
  value: string,
  shape: readonly number[],
  start: number,
  size: number,
): Tensor {
  const seeds = terms.flatMap(({ value: of, seed }): Tensor[] => {
    if (of !== value || "write" in seed) return [];
    if (typeof seed === "function") return [seed(shape)];
    const perRow = (shape[0] ?? 1) / size;
    if (seed.shape.length !== shape.length || shape.some((n, i) => i > 0 && n !== seed.shape[i]))
      throw new StriateError(
        `the seed of "${value}" should be of shape ${formatShape(shape)}, got ${formatShape(seed.shape)}`,
      );
    return [shape.length === 0 ? seed : takeRows(seed, start * perRow, size * perRow)];
  });
  const [first, ...others] = seeds as [Tensor, ...Tensor[]];
  if (others.length === 0) return first;
  const sum = Float32Array.from(toFloat32(first).data);
  for (const other of others) {
    const { data } = toFloat32(other);
    for (let i = 0; i < sum.length; i++) sum[i]! += data[i]!;
  }
  return float32(shape, sum);
}

function inside(at: number, length: number, shape: readonly number[]): number {
  if (Number.isInteger(at) && at >= 0 && at < length) return at;
  throw new StriateError(
    `there is no element ${at} among ${length} (a value of shape ${formatShape(shape)}, batch first)`,
  );
}
