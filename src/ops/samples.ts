import { Random } from "../base/random.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";
import type { AttributeInput } from "../graph/attributes.ts";

/**
 * A call of one op on which its gradient rule is checked against differences. Family files have
 * theirs beside them: `pool.samples.ts` beside `pool.ts`.
 */
export interface Sample {
  op: string;
  domain?: string;
  /** What is special about this call. */
  title?: string;
  /** Real inputs are given as numbers; indices, axes and the like as tensors; null is left out. */
  inputs: readonly (SampleInput | Tensor | null)[];
  attributes?: Readonly<Record<string, AttributeInput>>;
  /** Number of outputs, where it is more than one. */
  outputs?: number;
  /** Outputs that the objective is made of; all floating ones by default. */
  objective?: readonly number[];
  /** Inputs to differentiate by; all real ones by default. */
  wrt?: readonly number[];
  /** The type of real inputs, where the op has no double precision or computes in single all the same. */
  type?: "float32";
  /** The opset, where it is not the house's. */
  opset?: number;
  /** Width of the differences, where the op wants one of its own. */
  step?: number;
}

/** An input that the gradient is checked for. */
export interface SampleInput {
  shape: Shape;
  values: readonly number[];
}

/** Uniform numbers in [low, high); the same ones for the same shape and seed. */
export function uniform(shape: Shape, low = -1, high = 1, seed = 1): SampleInput {
  const random = new Random(seed);
  return { shape, values: Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high)) };
}

/**
 * Numbers that lie `gap` apart in random order, centred on zero and none of them zero: for functions
 * with corners (maxima, |x|), where a difference must not step over one.
 */
export function distinct(shape: Shape, gap = 0.1, seed = 1): SampleInput {
  const size = sizeOf(shape);
  const values = Array.from({ length: size }, (_, i) => (i - size / 2 + 0.25) * gap);
  return { shape, values: new Random(seed).shuffle(values) };
}

/** An input with exactly these numbers. */
export function exactly(shape: Shape, ...values: readonly number[]): SampleInput {
  return { shape, values };
}
