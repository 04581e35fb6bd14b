import { field } from "../../base/fields.ts";
import { EPSILON } from "../losses/define-loss.ts";
import { type MetricBatch, meanMetric, metricFields, targetClass } from "./define-metric.ts";

/** The mean over the units of a position. */
const overUnits =
  (value: (p: number, y: number) => number) =>
  (_: unknown, { prediction, target, units }: MetricBatch, position: number): number => {
    let sum = 0;
    for (let i = position * units; i < (position + 1) * units; i++)
      sum += value(prediction[i]!, target[i]!);
    return sum / units;
  };

const error = (
  className: string,
  alias: string,
  name: string,
  value: (p: number, y: number) => number,
  finish?: (mean: number) => number,
) =>
  meanMetric({
    className,
    aliases: [alias],
    name,
    fields: metricFields,
    targets: "values",
    direction: "down",
    value: overUnits(value),
    finish,
  });

/** Source: https://keras.io/api/metrics/regression_metrics/ */
export const meanSquaredError = error(
  "MeanSquaredError",
  "mse",
  "mean_squared_error",
  (p, y) => (p - y) ** 2,
);
export const meanAbsoluteError = error("MeanAbsoluteError", "mae", "mean_absolute_error", (p, y) =>
  Math.abs(p - y),
);
export const rootMeanSquaredError = error(
  "RootMeanSquaredError",
  "rmse",
  "root_mean_squared_error",
  (p, y) => (p - y) ** 2,
  Math.sqrt,
);

const cut = (p: number): number => Math.min(Math.max(p, EPSILON), 1 - EPSILON);
const logSigmoid = (z: number): number => Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));

const crossentropyFields = { ...metricFields, from_logits: field.boolean(false) };

/**
 * The loss of the same name as a metric, from the network's own outputs.
 *
 * Source: https://keras.io/api/metrics/probabilistic_metrics/
 */
export const binaryCrossentropy = meanMetric({
  className: "BinaryCrossentropy",
  aliases: ["bce"],
  name: "binary_crossentropy",
  fields: crossentropyFields,
  targets: "values",
  direction: "down",
  value: ({ from_logits: logits }, batch, position) =>
    overUnits((p, y) =>
      logits
        ? -y * logSigmoid(p) - (1 - y) * logSigmoid(-p)
        : -y * Math.log(cut(p)) - (1 - y) * Math.log(1 - cut(p)),
    )(null, batch, position),
});

/** `-log` of the probability of the class, weighted by the target where it is a distribution. */
function classCrossentropy(
  { from_logits: logits }: { from_logits: boolean },
  batch: MetricBatch,
  position: number,
): number {
  const { prediction, units } = batch;
  const start = position * units;
  let largest = -Infinity;
  for (let i = 0; i < units; i++) largest = Math.max(largest, prediction[start + i]!);
  let sum = 0;
  for (let i = 0; i < units; i++)
    sum += logits ? Math.exp(prediction[start + i]! - largest) : prediction[start + i]!;
  const logOf = (i: number): number =>
    logits
      ? prediction[start + i]! - largest - Math.log(sum)
      : Math.log(cut(prediction[start + i]! / sum));
  if (batch.sparse) return -logOf(targetClass(batch, position));
  let total = 0;
  for (let i = 0; i < units; i++) total -= batch.target[start + i]! * logOf(i);
  return total;
}

export const categoricalCrossentropy = meanMetric({
  className: "CategoricalCrossentropy",
  aliases: ["cce"],
  name: "categorical_crossentropy",
  fields: crossentropyFields,
  targets: "values",
  direction: "down",
  value: classCrossentropy,
});

export const sparseCategoricalCrossentropy = meanMetric({
  className: "SparseCategoricalCrossentropy",
  aliases: ["scce"],
  name: "sparse_categorical_crossentropy",
  fields: crossentropyFields,
  targets: "classes",
  direction: "down",
  value: classCrossentropy,
});
