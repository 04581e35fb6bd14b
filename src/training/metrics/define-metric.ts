import { type Fields, type Values, field } from "../../base/fields.ts";
import type { KerasRecord } from "../registry.ts";

/**
 * What a metric looks at: the network's output and the labels of some rows, in Keras' layout. A
 * position is one entry of all axes but the last: a row, or a pixel of a row.
 */
export interface MetricBatch {
  /** `positions * units` numbers. */
  prediction: ArrayLike<number>;
  /** `positions * units` numbers, or `positions` class numbers where `sparse`. */
  target: ArrayLike<number>;
  positions: number;
  /** Length of the prediction's last axis. */
  units: number;
  sparse: boolean;
  /** Weight of each position; all 1 where absent. */
  weights?: ArrayLike<number>;
  /** 1 for the positions that count, 0 for others; only means look at it, as in Keras. */
  mask?: ArrayLike<number>;
}

/**
 * Everything that is known about one metric. It is streaming: a list of numbers holds all that was
 * seen, so that an epoch is one number over all of its samples, whatever the batches were, and a
 * checkpoint can keep it half-way.
 */
export interface MetricDefinition<F extends Fields = Fields> extends KerasRecord<F> {
  /** Keras' default name, the key in the history. */
  name: string;
  /** `classes`: the target must be class numbers; `values`: it must have the prediction's shape. */
  targets: "values" | "classes";
  /** Whether more is better, for callbacks that watch it. */
  direction: "up" | "down";
  /** How many numbers the state has; all are 0 at the start. */
  size(config: Values<F>): number;
  update(config: Values<F>, state: Float64Array, batch: MetricBatch): void;
  result(config: Values<F>, state: Float64Array): number;
}

export function defineMetric<const F extends Fields>(
  definition: MetricDefinition<F>,
): MetricDefinition<F> {
  return definition;
}

/** Fields of every Keras metric. */
export const metricFields = { name: field.nullable(field.string()) };

/** What {@link meanMetric} is made from: as a definition, with `value` in the place of the rest. */
export interface MeanMetric<F extends Fields> extends Omit<
  MetricDefinition<F>,
  "size" | "update" | "result"
> {
  /** The metric of one position. */
  value(config: Values<F>, batch: MetricBatch, position: number): number;
  /** Applied to the mean at the end. */
  finish?(mean: number): number;
}

/** A metric that is the mean of a value over all positions seen, weighted where there are weights. */
export function meanMetric<const F extends Fields>({
  value,
  finish = (mean) => mean,
  ...rest
}: MeanMetric<F>): MetricDefinition<F> {
  return defineMetric<F>({
    ...rest,
    size: () => 2,
    update(config, state, batch) {
      for (let position = 0; position < batch.positions; position++) {
        const weight = (batch.weights?.[position] ?? 1) * (batch.mask?.[position] ?? 1);
        state[0]! += weight * value(config, batch, position);
        state[1]! += weight;
      }
    },
    result: (_, [sum, count]) => finish(divide(sum!, count!)),
  });
}

/** Division in which 0 / 0 is 0, as Keras' metrics have it. */
export const divide = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** The class that a target names: its number, or the place of its largest entry. */
export function targetClass(batch: MetricBatch, position: number): number {
  return batch.sparse ? batch.target[position]! : argMax(batch.target, position, batch.units);
}

/** The place of the largest of the `units` numbers of a position; the first of equals. */
export function argMax(values: ArrayLike<number>, position: number, units: number): number {
  const start = position * units;
  let best = 0;
  for (let i = 1; i < units; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}
