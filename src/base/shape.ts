import { StriateError } from "./errors.ts";

/** A concrete shape: the length of each axis. */
export type Shape = readonly number[];

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** Turns a negative axis into one counted from the front; throws when it is outside the rank. */
export function normalizeAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank)
    throw new StriateError(`axis ${axis} is outside a tensor of rank ${rank}`);
  return positive;
}

/** `(1, 148, 148, 32)`, with `None` for an unknown length, as Keras prints it. */
export function formatShape(shape: readonly (number | string | null)[]): string {
  const lengths = shape.map((length) =>
    typeof length === "number" ? String(length) : (length ?? "None"),
  );
  return `(${lengths.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** The permutation that undoes `order`. */
export function invertOrder(order: readonly number[]): number[] {
  const inverse = new Array<number>(order.length);
  order.forEach((from, to) => (inverse[from] = to));
  return inverse;
}

/** `shape` with its axes in the given order: `result[i] = shape[order[i]]`. */
export function permute<T>(shape: readonly T[], order: readonly number[]): T[] {
  return order.map((axis) => shape[axis]!);
}

export function isIdentityOrder(order: readonly number[]): boolean {
  return order.every((axis, i) => axis === i);
}

/** Where an element stands that is at this place in row-major order. */
export function indexOf(place: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = place;
  for (const length of shape.toReversed()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index;
}
