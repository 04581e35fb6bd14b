import { StriateError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import { type Tensor, newArray } from "../../base/tensor.ts";
import type { Layout } from "../../data/pictures/preprocess.ts";
import type { Port } from "../../model/network.ts";

/** One tensor, or one for each input or output of a model: in order, or by name. */
export type Tensors = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** Some rows to train on: what a data set gives, or what a user makes. */
export interface TrainingBatch {
  /** For the inputs of the model; the batch axis first. */
  readonly x: Tensors;
  /** Labels for the outputs. */
  readonly y: Tensors;
  /** The axes of `x`, where they are not the model's own. */
  readonly layout?: Layout;
  /** How much each row counts, `(N)`. */
  readonly sampleWeight?: Tensor;
  /** Names of the rows, for messages: the paths of pictures. */
  readonly ids?: readonly string[];
  /**
   * The set that the rows are of, where the tensors of an id are the same whenever it comes: then what
   * frozen layers make of them is computed once.
   */
  readonly rowsOf?: object;
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
  x: Tensors;
  y: Tensors;
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
  const all = [x, y, sampleWeight ?? []].flatMap(listOf);
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
  // bounded: rows that are there
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
  const set = {};
  const batchOf = (taken: Uint32Array): TrainingBatch => ({
    ...takeRows(data, taken),
    ids: Array.from(taken, (row) => `row ${row}`),
    rowsOf: set,
  });
  return {
    batchSize: Math.min(batchSize, rows),
    length: Math.ceil(rows / batchSize),
    *epoch(number) {
      const order = Uint32Array.from({ length: rows }, (_, i) => i);
      if (shuffle) new Random(seed, number + 1).shuffle(order);
      for (let at = 0; at < rows; at += batchSize)
        yield batchOf(order.subarray(at, at + batchSize));
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
  const takeAll = (values: Tensors): Tensors =>
    isTensor(values)
      ? take(values)
      : isList(values)
        ? values.map(take)
        : Object.fromEntries(Object.entries(values).map(([name, value]) => [name, take(value)]));
  return {
    x: takeAll(data.x),
    y: takeAll(data.y),
    ...(data.sampleWeight && { sampleWeight: take(data.sampleWeight) }),
  };
}

/** All tensors, in the order that they are given. */
export const listOf = (values: Tensors): readonly Tensor[] =>
  isTensor(values) ? [values] : isList(values) ? values : Object.values(values);

/**
 * The tensors for the inputs or outputs of a model, in their order.
 *
 * @param what they are, for messages: `input`
 * @throws StriateError where there are more or fewer, or others
 */
export function tensorsFor(
  values: Tensors,
  ports: readonly Port[],
  what: string,
): readonly Tensor[] {
  const names = ports.map((port) => port.name);
  const list = listOf(values);
  if (list.length !== ports.length)
    throw new StriateError(
      `the model has ${ports.length} ${what}${ports.length === 1 ? "" : "s"} ` +
        `(${names.join(", ")}), the batch has ${list.length}`,
    );
  if (isTensor(values) || isList(values)) return list;
  return names.map((name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined)
      throw new StriateError(
        `no tensor for ${what} "${name}" of the model; there are ${Object.keys(values).join(", ")}`,
      );
    return value;
  });
}

const isList = (values: Tensors): values is readonly Tensor[] => Array.isArray(values);
const isTensor = (values: Tensors): values is Tensor =>
  "data" in values && Array.isArray((values as { shape?: unknown }).shape);
