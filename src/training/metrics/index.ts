import { type Named, type SnakeCase, Registry, creators } from "../registry.ts";
import {
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./accuracy.ts";
import { auc } from "./auc.ts";
import { precision, recall } from "./confusion.ts";
import type { MetricDefinition } from "./define-metric.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanAbsoluteError,
  meanSquaredError,
  rootMeanSquaredError,
  sparseCategoricalCrossentropy,
} from "./errors.ts";

/** Every metric that striate knows. A new one is one more line here. */
const all = {
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  precision,
  recall,
  auc,
  meanSquaredError,
  meanAbsoluteError,
  rootMeanSquaredError,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
};

export const metricRegistry = new Registry<MetricDefinition>("metric", all);

/** Metrics by name, as in `metrics.precision()`; "accuracy" is resolved by the shapes. */
export const metrics = creators(all);

/** What stands for a metric: its name in Keras, or `metrics.precision({ thresholds: 0.7 })`. */
export type MetricOption = Named<"accuracy" | SnakeCase<keyof typeof metrics> | "mse" | "mae">;

/** Adds a metric of the user's own. */
export const registerMetric = (definition: MetricDefinition): void =>
  metricRegistry.add(definition);
