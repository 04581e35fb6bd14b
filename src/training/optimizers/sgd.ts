import { field } from "../../base/fields.ts";
import { type Update, defineOptimizer, optimizerFields } from "./define-optimizer.ts";

/**
 * Gradient descent, with momentum if wished.
 *
 *     m' = momentum * m - lr * g
 *     w' = w + m'                          or with Nesterov   w + momentum * m' - lr * g
 *
 * Source: https://keras.io/api/optimizers/sgd/
 */
export const sgd = defineOptimizer({
  className: "SGD",
  aliases: ["GradientDescent"],
  fields: {
    ...optimizerFields(0.01),
    momentum: field.number(0, { min: 0, max: 1 }),
    nesterov: field.boolean(false),
  },
  slots: ({ momentum }) => (momentum > 0 ? [{ name: "momentum", initial: 0 }] : []),
  scalars: (_, learningRate) => ({ learningRate }),
  lower({ f, config, weight, gradient, slots, scalars }): Update {
    const step = f.mul(gradient, scalars.learningRate!);
    if (config.momentum === 0) return { weight: f.sub(weight, step), slots: {} };
    const momentum = f.sub(f.mul(slots.momentum!, config.momentum), step);
    const move = config.nesterov ? f.sub(f.mul(momentum, config.momentum), step) : momentum;
    return { weight: f.add(weight, move), slots: { momentum } };
  },
});
