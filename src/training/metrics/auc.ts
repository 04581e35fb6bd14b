import { field } from "../../base/fields.ts";
import { defineMetric, divide, metricFields } from "./define-metric.ts";

const fields = {
  ...metricFields,
  num_thresholds: field.int(200, { min: 2 }),
  curve: field.choice(["ROC", "PR"], "ROC"),
  summation_method: field.choice(["interpolation", "minoring", "majoring"], "interpolation"),
  from_logits: field.boolean(false),
};

/**
 * The area under the ROC or the precision-recall curve, from counts at evenly spaced thresholds.
 *
 * The state is two histograms, of the positive and of the negative labels: bucket `i` counts the
 * predictions in `(i, i + 1] / (thresholds - 1)`, so that what lies above threshold `i` is the sum of
 * the buckets from `i` on.
 *
 * Source: https://keras.io/api/metrics/classification_metrics/; Davis and Goadrich, ICML 2006, for the
 * interpolation of the precision-recall curve
 */
export const auc = defineMetric({
  className: "AUC",
  name: "auc",
  fields,
  targets: "values",
  direction: "up",
  size: ({ num_thresholds: n }) => 2 * n,
  update({ num_thresholds: n, from_logits: logits }, state, batch) {
    for (let i = 0; i < batch.positions * batch.units; i++) {
      const weight = batch.weights?.[Math.floor(i / batch.units)] ?? 1;
      const p = logits ? 1 / (1 + Math.exp(-batch.prediction[i]!)) : batch.prediction[i]!;
      const scaled = Math.fround(Math.fround(Math.min(Math.max(p, 0), 1)) * (n - 1));
      const bucket = Math.max(0, Math.ceil(scaled) - 1);
      state[bucket]! += weight * batch.target[i]!;
      state[n + bucket]! += weight * (1 - batch.target[i]!);
    }
  },
  result({ num_thresholds: n, curve, summation_method: method }, state) {
    const tp = sumsFrom(state.subarray(0, n));
    const fp = sumsFrom(state.subarray(n));
    if (curve === "PR" && method === "interpolation") return interpolatedPrecision(tp, fp);
    const recall = tp.map((value) => divide(value, tp[0]!));
    const x = curve === "ROC" ? fp.map((value) => divide(value, fp[0]!)) : recall;
    const y = curve === "ROC" ? recall : tp.map((value, i) => divide(value, value + fp[i]!));
    const height = {
      interpolation: (a: number, b: number) => (a + b) / 2,
      minoring: Math.min,
      majoring: Math.max,
    }[method];
    let area = 0;
    for (let i = 0; i + 1 < n; i++) area += (x[i]! - x[i + 1]!) * height(y[i]!, y[i + 1]!);
    return area;
  },
});

/** Element `i` becomes the sum of the elements from `i` on. */
function sumsFrom(values: Float64Array): Float64Array {
  const sums = values.slice();
  for (let i = sums.length - 2; i >= 0; i--) sums[i]! += sums[i + 1]!;
  return sums;
}

/**
 * Between two thresholds true positives are taken as linear in all positives P, and precision, their
 * quotient, is integrated exactly: `slope * (dTP + intercept * log(P_B / P_A)) / positives`.
 */
function interpolatedPrecision(tp: Float64Array, fp: Float64Array): number {
  const all = tp.map((value, i) => value + fp[i]!);
  let area = 0;
  for (let i = 0; i + 1 < tp.length; i++) {
    const [high, low] = [all[i]!, all[i + 1]!];
    const gained = tp[i]! - tp[i + 1]!;
    const slope = divide(gained, Math.max(high - low, 0));
    const intercept = tp[i + 1]! - slope * low;
    const ratio = high > 0 && low > 0 ? high / low : 1;
    area += divide(slope * (gained + intercept * Math.log(ratio)), tp[0]!);
  }
  return area;
}
