import { StriateError } from "../base/errors.ts";
import { formatShape, sizeOf } from "../base/shape.ts";
import { type NumericType, type Tensor, newArray } from "../base/tensor.ts";

/** A batch that is run in parts of one size, so that one session serves all of them. */
export interface RowParts {
  /** Rows of the whole batch. */
  rows: number;
  /** Rows of a part; the last one is filled up. */
  size: number;
  /** The first row of each part. */
  starts: readonly number[];
}

/** @param fixed rows that the network insists on */
export function partsOf(rows: number, most: number, fixed?: number): RowParts {
  const size = fixed ?? Math.ceil(rows / Math.max(1, Math.ceil(rows / most)));
  const count = Math.ceil(rows / Math.max(1, size));
  return { rows, size, starts: Array.from({ length: count }, (_, i) => i * size) };
}

/** Some rows of a tensor's first axis; the last row stands in for those that there are not. */
export function takeRows(value: Tensor, start: number, count: number): Tensor {
  const [rows = 1, ...rest] = value.shape;
  if (start === 0 && rows === count) return value;
  const size = sizeOf(rest);
  const { type } = value;
  if (type === "string" || rows === 0)
    throw new StriateError(`${formatShape(value.shape)} of ${type} cannot be taken apart`);
  const source = value.data as Float32Array;
  const data = newArray(type as NumericType, count * size) as Float32Array;
  for (let i = 0; i < count; i++) {
    const row = Math.min(start + i, rows - 1) * size;
    data.set(source.subarray(row, row + size), i * size);
  }
  return { type, shape: [count, ...rest], data } as Tensor;
}

/**
 * Puts the results of all parts together: the rows of the batch in their order.
 * @param what named in the message where a result has no rows
 */
export function joinRows(results: readonly Tensor[], parts: RowParts, what: string): Tensor {
  const [first] = results as [Tensor];
  const perRow = (first.shape[0] ?? 0) / parts.size;
  if (results.length === 1 && parts.size === parts.rows) return first;
  if (!Number.isInteger(perRow) || perRow === 0 || first.type === "string")
    throw new StriateError(
      `${what} ${formatShape(first.shape)} has no row for each of ${parts.size} pictures, so that a batch of ` +
        `${parts.rows} cannot be run in parts; give it picture by picture`,
    );
  const shape = [parts.rows * perRow, ...first.shape.slice(1)];
  const data = newArray(first.type as NumericType, sizeOf(shape)) as Float32Array;
  let at = 0;
  for (const { data: part } of results) {
    const some = (part as Float32Array).subarray(0, data.length - at);
    data.set(some, at);
    at += some.length;
  }
  return { type: first.type, shape, data } as Tensor;
}
