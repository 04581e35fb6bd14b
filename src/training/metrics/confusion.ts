import { field } from "../../base/fields.ts";
import {
  type MetricBatch,
  type MetricDefinition,
  argMax,
  defineMetric,
  divide,
  metricFields,
} from "./define-metric.ts";

const fields = {
  ...metricFields,
  thresholds: field.nullable(field.number()),
  top_k: field.nullable(field.int(undefined, { min: 1 })),
  class_id: field.nullable(field.int(undefined, { min: 0 })),
};
type Config = { thresholds: number | null; top_k: number | null; class_id: number | null };

/** Places in the state. */
const [TRUE_POSITIVES, FALSE_POSITIVES, FALSE_NEGATIVES] = [0, 1, 2];

function count(config: Config, state: Float64Array, batch: MetricBatch): void {
  const { prediction, target, units } = batch;
  // With top_k and no threshold, Keras takes every one of the k largest as a yes.
  const threshold = config.thresholds ?? (config.top_k === null ? 0.5 : -Infinity);
  for (let position = 0; position < batch.positions; position++) {
    const weight = batch.weights?.[position] ?? 1;
    for (let unit = 0; unit < units; unit++) {
      if (config.class_id !== null && unit !== config.class_id) continue;
      const i = position * units + unit;
      const yes =
        prediction[i]! > threshold &&
        (config.top_k === null || isAmongLargest(batch, position, unit, config.top_k));
      const is = target[i]! !== 0;
      if (yes && is) state[TRUE_POSITIVES]! += weight;
      else if (yes) state[FALSE_POSITIVES]! += weight;
      else if (is) state[FALSE_NEGATIVES]! += weight;
    }
  }
}

/** Whether fewer than k units come before this one: larger, or equal and earlier. */
function isAmongLargest(batch: MetricBatch, position: number, unit: number, k: number): boolean {
  const start = position * batch.units;
  if (k === 1) return argMax(batch.prediction, position, batch.units) === unit;
  const own = batch.prediction[start + unit]!;
  let before = 0;
  for (let i = 0; i < batch.units; i++) {
    const other = batch.prediction[start + i]!;
    if (other > own || (other === own && i < unit)) before++;
  }
  return before < k;
}

const ratio = (className: string, name: string, miss: number): MetricDefinition<typeof fields> =>
  defineMetric({
    className,
    name,
    fields,
    targets: "values",
    direction: "up",
    size: () => 3,
    update: count,
    result: (_, state) => divide(state[TRUE_POSITIVES]!, state[TRUE_POSITIVES]! + state[miss]!),
  });

/**
 * How many of the yes-answers are right: TP / (TP + FP).
 *
 * Source: https://keras.io/api/metrics/classification_metrics/
 */
export const precision = ratio("Precision", "precision", FALSE_POSITIVES!);

/**
 * How many of the yes-labels are found: TP / (TP + FN).
 *
 * Source: https://keras.io/api/metrics/classification_metrics/
 */
export const recall = ratio("Recall", "recall", FALSE_NEGATIVES!);
