import { checkedLength } from "../../base/checked-length.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Formula } from "../facts/formula.ts";

/** What one element of the output takes from the elements of an axis: `[index, weight]` each. */
export type Row = readonly (readonly [index: number, weight: number])[];

/**
 * A linear map along one axis, transposed: where `y[o] = sum of weight x[index]` over the entries of
 * row o, the gradient of x is `dx[i] = sum of weight g[o]` over all entries with index i.
 *
 * @param g the gradient, of the given shape; its axis is as long as there are rows
 * @param length length of the axis of x
 */
export function transposedAlong(
  f: Formula,
  g: string,
  shape: readonly number[],
  axis: number,
  rows: readonly Row[],
  length: number,
): string {
  const copies = evenCopies(rows, length);
  if (copies > 0) {
    if (copies === 1) return g;
    const split = shape.toSpliced(axis, 1, length, copies);
    return f.sum(f.reshape(g, split), [axis + 1], false);
  }
  const target = shape.with(axis, length);
  const last = axis === shape.length - 1;
  const weights = new Array<number>(checkedLength(rows.length * length, "weights")).fill(0);
  for (const [o, row] of rows.entries())
    for (const [index, weight] of row)
      // [outputs, inputs] for a product from the right, else its transpose.
      weights[last ? o * length + index : index * rows.length + o]! += weight;
  if (last) return f.matmul(g, f.constant(weights, [rows.length, length]));
  const folded = [sizeOf(shape.slice(0, axis)), rows.length, sizeOf(shape.slice(axis + 1))];
  const product = f.matmul(f.constant(weights, [length, rows.length]), f.reshape(g, folded));
  return f.reshape(product, target);
}

/** How often each element is repeated, where the map does nothing else; 0 where it does. */
function evenCopies(rows: readonly Row[], length: number): number {
  const copies = rows.length / length;
  if (!Number.isInteger(copies)) return 0;
  const even = rows.every(
    (row, o) => row.length === 1 && row[0]![0] === Math.floor(o / copies) && row[0]![1] === 1,
  );
  return even ? copies : 0;
}
