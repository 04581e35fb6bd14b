import { field } from "../../base/fields.ts";
import { EPSILON, defineLoss, lossFields } from "./define-loss.ts";

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
  unwritten: "delta",
  targets: "values",
  lower({ f, config: { delta }, prediction, target }) {
    const error = f.sub(prediction, target);
    const size = f.apply("Abs", error);
    const square = f.mul(f.mul(error, error), 0.5);
    const line = f.sub(f.mul(size, delta), (delta * delta) / 2);
    return f.where(f.lessOrEqual(size, delta), square, line);
  },
});

/**
 * `(log(1 + p) - log(1 + y))^2`, both not below 1e-7
 *
 * Source: https://keras.io/api/losses/regression_losses/
 */
export const meanSquaredLogarithmicError = defineLoss({
  className: "MeanSquaredLogarithmicError",
  aliases: ["msle"],
  fields: lossFields,
  targets: "values",
  lower({ f, prediction, target }) {
    const log = (x: string) => f.apply("Log", f.add(f.b.op("Max", [x, f.constant(EPSILON)]), 1));
    const error = f.sub(log(prediction), log(target));
    return f.mul(error, error);
  },
});

/**
 * `100 |p - y| / |y|`, the divisor not below 1e-7
 *
 * Source: https://keras.io/api/losses/regression_losses/
 */
export const meanAbsolutePercentageError = defineLoss({
  className: "MeanAbsolutePercentageError",
  aliases: ["mape"],
  fields: lossFields,
  targets: "values",
  lower({ f, prediction, target }) {
    const size = f.b.op("Max", [f.apply("Abs", target), f.constant(EPSILON)]);
    return f.mul(f.apply("Abs", f.div(f.sub(target, prediction), size)), 100);
  },
});

/**
 * `log(cosh(e))` with `e = p - y`: half a square near 0, a line beyond; written as
 * `e + softplus(-2 e) - log 2`
 *
 * Source: https://keras.io/api/losses/regression_losses/
 */
export const logCosh = defineLoss({
  className: "LogCosh",
  fields: lossFields,
  targets: "values",
  lower({ f, prediction, target }) {
    const error = f.sub(prediction, target);
    return f.sub(f.add(error, f.apply("Softplus", f.mul(error, -2))), Math.LN2);
  },
});
