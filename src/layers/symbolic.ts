import { StriateError } from "../base/errors.ts";
import { isIdentityOrder, normalizeAxis } from "../base/shape.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { KerasShape, SymbolicTensor } from "./define-layer.ts";

/** `0, 1, ..., rank - 1`: the order of a graph value that lies as its Keras tensor does. */
export function plainOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** A graph value that lies as the Keras user sees it. */
export function plainTensor(
  value: string,
  shape: KerasShape,
  type: SymbolicTensor["type"] = "float32",
): SymbolicTensor {
  return { value, shape, order: plainOrder(shape.length), type };
}

/** The graph axis of a Keras axis, which may be negative. */
export function graphAxis(x: SymbolicTensor, kerasAxis: number): number {
  return x.order.indexOf(normalizeAxis(kerasAxis, x.order.length));
}

/** The value of `x` with its Keras axes in the given order; a Transpose only where it must be. */
export function arrangeAxes(b: GraphBuilder, x: SymbolicTensor, order: readonly number[]): string {
  // Graph axis i must become Keras axis order[i]: find where that axis lies now.
  const perm = order.map((axis) => x.order.indexOf(axis));
  return isIdentityOrder(perm) ? x.value : b.op("Transpose", [x.value], { perm });
}

/** The length of a Keras axis; an error where it is not known. */
export function knownLength(shape: KerasShape, axis: number): number {
  const length = shape.at(axis);
  if (length === null || length === undefined)
    throw new StriateError(
      axis === -1
        ? "the length of the last axis is not known"
        : `the length of axis ${axis} is not known`,
    );
  return length;
}

/** An axis or a list of axes as a list, each counted from the front. */
export function axisList(axis: unknown, rank: number): number[] {
  const list = Array.isArray(axis) ? (axis as unknown[]) : [axis];
  return list.map((each) => {
    if (typeof each !== "number")
      throw new StriateError(`expected an axis or a list of axes, got ${JSON.stringify(axis)}`);
    return normalizeAxis(each, rank);
  });
}
