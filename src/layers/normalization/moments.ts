import type { GraphBuilder } from "../../graph/builder.ts";

/**
 * `(x - mean) / sqrt(variance + epsilon)` over graph axes; the variance divides by the number of
 * elements.
 */
export function standardize(
  b: GraphBuilder,
  x: string,
  axes: readonly number[],
  epsilon: number,
): string {
  const over = b.i64(axes);
  const centered = b.op("Sub", [x, b.op("ReduceMean", [x, over])]);
  const variance = b.op("ReduceMean", [b.op("Mul", [centered, centered]), over]);
  return b.op("Div", [centered, b.op("Sqrt", [b.op("Add", [variance, b.f32(epsilon)])])]);
}

/** `x / sqrt(max(sum(x^2), epsilon))` over graph axes: unit length, as `tf.nn.l2_normalize`. */
export function unitLength(
  b: GraphBuilder,
  x: string,
  axes: readonly number[],
  epsilon = 1e-12,
): string {
  const square = b.op("ReduceSum", [b.op("Mul", [x, x]), b.i64(axes)]);
  return b.op("Div", [x, b.op("Sqrt", [b.op("Max", [square, b.f32(epsilon)])])]);
}
