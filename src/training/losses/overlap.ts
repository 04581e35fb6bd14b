import { type Axes, axesOrNullField } from "../../base/axes-field.ts";
import { field } from "../../base/fields.ts";
import { normalizeAxis } from "../../base/shape.ts";
import {
  EPSILON,
  type LossContext,
  type LossScope,
  defineLoss,
  lossFields,
} from "./define-loss.ts";

// Losses of segmentation: how much of what is there and of what is seen is the same.

/** Over which axes the sums run; all of them, the batch included, where none are named. */
const axis = axesOrNullField();

type Overlapping = LossContext<{ readonly axis: Axes | null }>;

const axesOf = (axis: Axes | null, rank: number): number[] =>
  axis === null
    ? Array.from({ length: rank }, (_, i) => i)
    : [axis].flat().map((each) => normalizeAxis(each, rank));

/** Sums over the batch make one number of all its rows. */
function scope(shape: readonly number[], config: { readonly axis: Axes | null }): LossScope {
  const axes = axesOf(config.axis, shape.length);
  const left = shape.filter((_, i) => i > 0 && !axes.includes(i));
  return axes.includes(0) ? "batch" : { positions: left.reduce((a, b) => a * b, 1) };
}

/** `1 - share`, which has been summed over the axes; one number of a batch. */
function lossOf({ f, config, shape }: Overlapping, share: string): string {
  const loss = f.sub(1, share);
  const isOfBatch = axesOf(config.axis, shape.length).includes(0);
  return isOfBatch ? f.reshape(f.mean(f.reshape(loss, [1, -1]), [1]), [1]) : loss;
}

/**
 * `1 - 2 sum(y p) / (sum(y) + sum(p) + 1e-7)`
 *
 * Source: https://keras.io/api/losses/regression_losses/#dice-class
 */
export const dice = defineLoss({
  className: "Dice",
  fields: { ...lossFields, axis },
  targets: "values",
  scope,
  lower(context) {
    const { f, config, target, prediction, shape } = context;
    const sum = (x: string) => f.sum(x, axesOf(config.axis, shape.length));
    const sizes = f.add(sum(target), sum(prediction), EPSILON);
    return lossOf(context, f.div(f.mul(sum(f.mul(target, prediction)), 2), sizes));
  },
});

/**
 * {@link dice} that weighs what is missed and what is seen too much:
 * `1 - s / (s + alpha sum((1 - p) y) + beta sum(p (1 - y)) + 1e-7)` with `s = sum(y p)`
 *
 * Source: Salehi et al. 2017, https://keras.io/api/losses/regression_losses/#tversky-class
 */
export const tversky = defineLoss({
  className: "Tversky",
  fields: { ...lossFields, alpha: field.number(0.5), beta: field.number(0.5), axis },
  targets: "values",
  scope,
  lower(context) {
    const { f, config, target, prediction, shape } = context;
    const sum = (x: string) => f.sum(x, axesOf(config.axis, shape.length));
    const both = sum(f.mul(target, prediction));
    const missed = sum(f.mul(f.sub(1, prediction), target));
    const extra = sum(f.mul(prediction, f.sub(1, target)));
    const all = f.add(both, f.mul(missed, config.alpha), f.mul(extra, config.beta), EPSILON);
    return lossOf(context, f.div(both, all));
  },
});
