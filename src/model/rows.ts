import { StriateError } from "../base/errors.ts";
import { formatShape, sizeOf } from "../base/shape.ts";
import { type NumericType, type Tensor, bytesPerElement, newArray } from "../base/tensor.ts";
import type { Graph } from "../graph/graph.ts";

/** Rows that are made as they are needed: a thousand masked photos never lie in memory at once. */
export interface RowSource {
  readonly rows: number;
  /** One row, which is looked at for its shape; where it is absent, row 0 is asked for beforehand. */
  readonly like?: Readonly<Record<string, Tensor>>;
  /** Tensors by port name, in the user's layout, of some rows. Called once for each part, in order. */
  feeds(start: number, count: number): Readonly<Record<string, Tensor>>;
}

export const isRowSource = (feeds: object): feeds is RowSource =>
  typeof (feeds as Partial<RowSource>).feeds === "function";

/** How many rows are run. */
export interface RowOptions {
  /** Rows of a part at most; by default as many as fit into memory and run fast. */
  rowsAtOnce?: number;
  /** Bytes that the values of a part may take, about; 256 MB by default. */
  memory?: number;
  /** Called before each part; what it throws ends the run. */
  throwIfStopped?: () => void;
  /** Called after each part with the rows that are done. */
  onRows?: (done: number, rows: number) => void;
}

export const defaultMemory = 1 << 28;

/** A part with more bytes of values than this is no faster than two of half the size. */
const worthwhile = 1 << 26;

/** Rows of a part. */
export const rowsFor = (memory: number, bytesPerRow: number): number =>
  Math.max(1, Math.floor(Math.min(memory, worthwhile) / Math.max(1, bytesPerRow)));

/** Bytes of all values that a graph computes; sizes that are not known count nothing. */
export function bytesOfValues(graph: Graph): number {
  let bytes = 0;
  for (const node of graph.nodes)
    for (const name of node.outputs) {
      const known = graph.values.get(name);
      if (!known?.shape || known.type === "string") continue;
      bytes += known.shape.reduce<number>(
        (n, length) => n * (typeof length === "number" ? length : 1),
        bytesPerElement(known.type),
      );
    }
  return bytes;
}

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
  // bounded: parts of a batch that is there
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
