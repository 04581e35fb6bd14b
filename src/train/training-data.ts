import { StriateError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { formatShape, sizeOf } from "../base/shape.ts";
import { type Tensor, newArray } from "../base/tensor.ts";
import type { Layout } from "../data/preprocess.ts";

/** Some rows to train on: what a data set gives, or what a user makes. */
export interface TrainingBatch {
  /** One tensor, or one for each input of the model; the batch axis first. */
  readonly x: Tensor | readonly Tensor[];
  /** One tensor of labels, or one for each output. */
  readonly y: Tensor | readonly Tensor[];
  /** The axes of `x`, where they are not the model's own. */
  readonly layout?: Layout;
  /** How much each row counts, `(N)`. */
  readonly sampleWeight?: Tensor;
  /** Names of the rows, for messages: the paths of pictures. */
  readonly ids?: readonly string[];
}

/**
 * Batches that are read again in every epoch. `epoch(n)` must give the same batches whenever it is
 * called with the same number: then a training that was stopped goes on as if it had not been.
 */
export interface TrainingData {
  epoch(number: number): AsyncIterable<TrainingBatch> | Iterable<TrainingBatch>;
  /** Number of batches of an epoch, where it is known: for the progress line. */
  readonly length?: number;
  /** Most rows of a batch, where it is known. */
  readonly batchSize?: number;
  readonly classNames?: readonly string[];
}

/** Tensors that lie in memory, as `fit` takes them. */
export interface TensorData {
  x: Tensor | readonly Tensor[];
  y: Tensor | readonly Tensor[];
  sampleWeight?: Tensor;
}

export interface TensorDataOptions {
  /** 32 by default, as in Keras. */
  batchSize?: number;
  /** Whether each epoch has an order of its own. */
  shuffle?: boolean;
  seed?: number;
}

export const isTrainingData = (data: TrainingData | TensorData): data is TrainingData =>
  "epoch" in data;

/** Number of rows of tensors in memory. @throws StriateError where they do not agree */
export function rowsOf({ x, y, sampleWeight }: TensorData): number {
  const all = [x, y, sampleWeight ?? []].flat() as Tensor[];
  const rows = all[0]?.shape[0];
  const odd = all.find((value) => value.shape[0] !== rows);
  if (rows === undefined || odd !== undefined)
    throw new StriateError(
      `x and y must have the same number of rows, got shapes ${all.map((value) => formatShape(value.shape)).join(", ")}`,
    );
  return rows;
}

/** The rows `from` to `to` of tensors in memory. */
export function sliceRows(data: TensorData, from: number, to: number): TensorData {
  const rows = Uint32Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  return takeRows(data, rows);
}

/** Tensors in memory as batches. */
export function batchesOf(data: TensorData, options: TensorDataOptions = {}): TrainingData {
  const { batchSize = 32, shuffle = false, seed = 0 } = options;
  const rows = rowsOf(data);
  if (!(Number.isInteger(batchSize) && batchSize > 0))
    throw new StriateError(`batchSize: expected a whole number of at least 1, got ${batchSize}`);
  if (rows === 0) throw new StriateError("there is no row to train on");
  return {
    batchSize: Math.min(batchSize, rows),
    length: Math.ceil(rows / batchSize),
    *epoch(number) {
      const order = Uint32Array.from({ length: rows }, (_, i) => i);
      if (shuffle) new Random(seed, number + 1).shuffle(order);
      for (let at = 0; at < rows; at += batchSize)
        yield takeRows(data, order.subarray(at, at + batchSize));
    },
  };
}

function takeRows(data: TensorData, rows: Uint32Array): TensorData {
  const take = (value: Tensor): Tensor => {
    const each = sizeOf(value.shape.slice(1));
    const shape = [rows.length, ...value.shape.slice(1)];
    const target = newArray(value.type, each * rows.length) as unknown[];
    const source = value.data as unknown[];
    rows.forEach((row, i) => {
      for (let k = 0; k < each; k++) target[i * each + k] = source[row * each + k];
    });
    return { type: value.type, shape, data: target } as unknown as Tensor;
  };
  const takeAll = (values: Tensor | readonly Tensor[]) =>
    isList(values) ? values.map(take) : take(values);
  return {
    x: takeAll(data.x),
    y: takeAll(data.y),
    ...(data.sampleWeight && { sampleWeight: take(data.sampleWeight) }),
  };
}

/** A tensor or a list of tensors as a list. */
export const listOf = (values: Tensor | readonly Tensor[]): readonly Tensor[] =>
  isList(values) ? values : [values];

const isList = (values: Tensor | readonly Tensor[]): values is readonly Tensor[] =>
  Array.isArray(values);
