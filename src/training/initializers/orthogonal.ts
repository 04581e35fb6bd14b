import { dot } from "../../base/dot.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { sizeOf } from "../../base/shape.ts";
import { defineInitializer } from "./define-initializer.ts";

/**
 * A matrix with orthonormal columns (rows, where it is wider than high), times `gain`; a kernel counts
 * as the matrix of all its axes but the last by the last.
 *
 * Source: https://keras.io/api/layers/initializers/; Saxe et al. (https://arxiv.org/abs/1312.6120)
 */
export const orthogonal = defineInitializer({
  className: "Orthogonal",
  aliases: ["OrthogonalInitializer"],
  fields: { gain: field.number(1), seed: field.json() },
  fill({ gain }, shape, random) {
    if (shape.length < 2)
      throw new StriateError("the Orthogonal initializer needs a weight of rank 2 or more");
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape.slice(0, -1));
    const count = Math.min(rows, columns);
    const length = Math.max(rows, columns);
    const vectors = orthonormal(count, length, () => random.normal());
    return Float32Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
    });
  },
});

/** `count` random vectors of `length`, orthonormal by the Gram-Schmidt process. */
function orthonormal(count: number, length: number, next: () => number): Float64Array[] {
  const done: Float64Array[] = [];
  while (done.length < count) {
    const vector = Float64Array.from({ length }, next);
    // Once is not enough in floating point; twice is (Kahan and Parlett).
    for (let pass = 0; pass < 2; pass++)
      for (const other of done) addScaled(vector, other, -dot(vector, other));
    const norm = Math.sqrt(dot(vector, vector));
    if (norm < 1e-9) continue;
    for (let i = 0; i < length; i++) vector[i]! /= norm;
    done.push(vector);
  }
  return done;
}

function addScaled(to: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * vector[i]!;
}
