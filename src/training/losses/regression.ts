import { field } from "../../base/fields.ts";
import { defineLoss, lossFields } from "./define-loss.ts";

/**
 * `(p - y)^2`
 *
 * Source: https://keras.io/api/losses/regression_losses/
 */
export const meanSquaredError = defineLoss({
  className: "MeanSquaredError",
  aliases: ["mse"],
  fields: lossFields,
  targets: "values",
  lower({ f, prediction, target }) {
    const error = f.sub(prediction, target);
    return f.mul(error, error);
  },
});

/**
 * `|p - y|`
 *
 * Source: https://keras.io/api/losses/regression_losses/
 */
export const meanAbsoluteError = defineLoss({
  className: "MeanAbsoluteError",
  aliases: ["mae"],
  fields: lossFields,
  targets: "values",
  lower: ({ f, prediction, target }) => f.apply("Abs", f.sub(prediction, target)),
});

/**
 * Square near 0, straight line beyond delta: with `e = p - y`, `e^2 / 2` where `|e| <= delta`, else
 * `delta |e| - delta^2 / 2`.
 *
 * Source: https://keras.io/api/losses/regression_losses/
 */
export const huber = defineLoss({
  className: "Huber",
  fields: { ...lossFields, delta: field.number(1, { min: 0 }) },
  targets: "values",
  lower({ f, config: { delta }, prediction, target }) {
    const error = f.sub(prediction, target);
    const size = f.apply("Abs", error);
    const square = f.mul(f.mul(error, error), 0.5);
    const line = f.sub(f.mul(size, delta), (delta * delta) / 2);
    return f.where(f.lessOrEqual(size, delta), square, line);
  },
});
