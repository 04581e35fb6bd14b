import { field } from "../../base/fields.ts";
import {
  type MetricBatch,
  argMax,
  meanMetric,
  metricFields,
  targetClass,
} from "./define-metric.ts";

/**
 * How many of the units are on the right side of the threshold.
 *
 * Source: https://keras.io/api/metrics/accuracy_metrics/
 */
export const binaryAccuracy = meanMetric({
  className: "BinaryAccuracy",
  name: "binary_accuracy",
  fields: { ...metricFields, threshold: field.number(0.5) },
  targets: "values",
  direction: "up",
  value({ threshold }, { prediction, target, units }, position) {
    let right = 0;
    for (let i = position * units; i < (position + 1) * units; i++)
      if ((prediction[i]! > threshold ? 1 : 0) === target[i]!) right++;
    return right / units;
  },
});

const sameClass = (_: unknown, batch: MetricBatch, position: number): number =>
  argMax(batch.prediction, position, batch.units) === targetClass(batch, position) ? 1 : 0;

/**
 * How often the largest output is the class; the target is one-hot.
 *
 * Source: https://keras.io/api/metrics/accuracy_metrics/
 */
export const categoricalAccuracy = meanMetric({
  className: "CategoricalAccuracy",
  name: "categorical_accuracy",
  fields: metricFields,
  targets: "values",
  direction: "up",
  value: sameClass,
});

/**
 * How often the largest output is the class; the target is the class number.
 *
 * Source: https://keras.io/api/metrics/accuracy_metrics/
 */
export const sparseCategoricalAccuracy = meanMetric({
  className: "SparseCategoricalAccuracy",
  name: "sparse_categorical_accuracy",
  fields: metricFields,
  targets: "classes",
  direction: "up",
  value: sameClass,
});

/** 1 where fewer than k outputs are larger than the class's own; a NaN is never right. */
function inTopK({ k }: { k: number }, batch: MetricBatch, position: number): number {
  const start = position * batch.units;
  const own = batch.prediction[start + targetClass(batch, position)];
  if (own === undefined || !Number.isFinite(own)) return 0;
  let larger = 0;
  for (let i = 0; i < batch.units; i++) if (batch.prediction[start + i]! > own) larger++;
  return larger < k ? 1 : 0;
}

const topKFields = { ...metricFields, k: field.int(5, { min: 1 }) };

/**
 * How often the class is among the k largest outputs; the target is one-hot.
 *
 * Source: https://keras.io/api/metrics/accuracy_metrics/
 */
export const topKCategoricalAccuracy = meanMetric({
  className: "TopKCategoricalAccuracy",
  name: "top_k_categorical_accuracy",
  fields: topKFields,
  targets: "values",
  direction: "up",
  value: inTopK,
});

/** {@link topKCategoricalAccuracy} with the class number as target. */
export const sparseTopKCategoricalAccuracy = meanMetric({
  className: "SparseTopKCategoricalAccuracy",
  name: "sparse_top_k_categorical_accuracy",
  fields: topKFields,
  targets: "classes",
  direction: "up",
  value: inTopK,
});
