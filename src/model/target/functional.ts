import { stridesOf } from "../../base/shape.ts";
import { StriateError } from "../../base/errors.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";

/**
 * One term of a linear functional: a weighted sum over a graph value, for each row of the batch apart.
 * Its weights are what a gradient starts with: the seeds of a vector-Jacobian product.
 */
export interface Term {
  /** The graph value. */
  readonly value: string;
  /**
   * The derivative of the functional by the value.
   * @param shape of the value, in the graph's layout, batch included
   * @returns float32 of that shape: row by row the same weights; not to be written into
   * @throws StriateError where the value has no such place
   */
  seed(shape: readonly number[]): Tensor<"float32">;
  /** The weighted sum of a value, one number a row. */
  score(value: Tensor): Float64Array;
}

/** The number that a list of terms gives for each row: the values in the order of the terms. */
export function scoreOf(terms: readonly Term[], values: readonly Tensor[]): Float64Array {
  const scores = terms.map((term, i) => term.score(values[i]!));
  return Float64Array.from(scores[0]!, (_, row) =>
    scores.reduce((sum, score) => sum + score[row]!, 0),
  );
}

/**
 * A weighted sum of elements of each row, whatever axes the row has.
 *
 * @param weights by the element's place in the row
 * @param hasBatch whether the first axis is the batch; else the whole value is one row
 */
export function elements(
  value: string,
  weights: ReadonlyMap<number, number>,
  hasBatch = true,
): Term {
  const seed = (shape: readonly number[]): Tensor<"float32"> => {
    const rows = hasBatch ? (shape[0] ?? 1) : 1;
    const size = sizeOf(shape) / rows;
    // bounded: by the rows of a tensor that is there
    const data = new Float32Array(rows * size);
    for (const [at, weight] of weights) {
      if (at >= size)
        throw new StriateError(`value "${value}" has ${size} numbers a row, there is no ${at}`);
      for (let row = 0; row < rows; row++) data[row * size + at] = weight;
    }
    return float32(shape, data);
  };
  return { value, seed, score: (tensor) => weightedRows(tensor, seed, hasBatch ? 0 : -1) };
}

/** Which part of a value a term means: an index on some axes, the mean over all others. */
export interface Place {
  /** By graph axis: the index. */
  readonly at: ReadonlyMap<number, number>;
  /** The graph axis of the batch; -1 where there is none. */
  readonly batch: number;
}

/** The mean of the elements of each row that lie at a place, times a weight. */
export function meanAt(value: string, { at, batch }: Place, weight = 1): Term {
  const seed = (shape: readonly number[]): Tensor<"float32"> => {
    for (const [axis, index] of at)
      if (index >= (shape[axis] ?? 0))
        throw new StriateError(
          `value "${value}" of shape ${formatShape(shape)} ends before ${index} on axis ${axis}`,
        );
    const strides = stridesOf(shape);
    const free = shape.map((_, axis) => axis).filter((axis) => !at.has(axis));
    const count = free.reduce((n, axis) => (axis === batch ? n : n * shape[axis]!), 1);
    const start = [...at].reduce((sum, [axis, index]) => sum + index * strides[axis]!, 0);
    // bounded: by the shape of a tensor that is there
    const data = new Float32Array(sizeOf(shape));
    let offsets = [start];
    for (const axis of free)
      offsets = offsets.flatMap((offset) =>
        // bounded: by the shape of a tensor that is there
        Array.from({ length: shape[axis]! }, (_, i) => offset + i * strides[axis]!),
      );
    for (const offset of offsets) data[offset] = weight / count;
    return float32(shape, data);
  };
  const kept = remembered(seed);
  return { value, seed: kept, score: (tensor) => weightedRows(tensor, kept, batch) };
}

/** Hundreds of steps ask for the seed of one and the same shape. */
function remembered(seed: Term["seed"]): Term["seed"] {
  let last: Tensor<"float32"> | undefined;
  return (shape) => {
    if (last?.shape.length === shape.length && shape.every((n, i) => n === last!.shape[i]))
      return last;
    return (last = seed(shape));
  };
}

/** Terms of one value as one: a gradient takes one seed for each value. */
export function joined(terms: readonly Term[]): Term {
  const [first, ...others] = terms;
  if (others.length === 0) return first!;
  return {
    value: first!.value,
    seed(shape) {
      const sum = float32(shape, Float32Array.from(first!.seed(shape).data));
      for (const term of others) term.seed(shape).data.forEach((w, i) => (sum.data[i]! += w));
      return sum;
    },
    score: (value) =>
      scoreOf(
        terms,
        terms.map(() => value),
      ),
  };
}

function weightedRows(value: Tensor, seed: Term["seed"], batch: number): Float64Array {
  const { data, shape } = toFloat32(value);
  const weights = seed(shape).data;
  const rows = batch < 0 ? 1 : (shape[batch] ?? 1);
  const stride = batch < 0 ? 1 : (stridesOf(shape)[batch] ?? 1);
  // bounded: by the rows of a tensor that is there
  const scores = new Float64Array(rows);
  for (let i = 0; i < weights.length; i++)
    if (weights[i] !== 0) scores[Math.floor(i / stride) % rows]! += weights[i]! * data[i]!;
  return scores;
}
