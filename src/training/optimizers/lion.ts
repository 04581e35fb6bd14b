import { field } from "../../base/fields.ts";
import { defineOptimizer, optimizerFields } from "./define-optimizer.ts";

/**
 * The sign of an average of momentum and gradient: every element moves by the learning rate. It keeps
 * half of Adam's state, and wants a learning rate of a third to a tenth of Adam's.
 *
 *     w' = w - lr * sign(beta1 * m + (1 - beta1) * g)
 *     m' = beta2 * m + (1 - beta2) * g
 *
 * Source: https://keras.io/api/optimizers/lion/; Chen and others (https://arxiv.org/abs/2302.06675)
 */
export const lion = defineOptimizer({
  className: "Lion",
  fields: {
    ...optimizerFields(0.001),
    beta_1: field.number(0.9, { min: 0, max: 1 }),
    beta_2: field.number(0.99, { min: 0, max: 1 }),
  },
  slots: () => [{ name: "momentum", initial: 0, oldName: "m" }],
  scalars: (_, learningRate) => ({ learningRate }),
  lower({ f, config, weight, gradient, slots, scalars }) {
    const average = (beta: number) =>
      f.add(f.mul(slots.momentum!, beta), f.mul(gradient, 1 - beta));
    const step = f.mul(f.apply("Sign", average(config.beta_1)), scalars.learningRate!);
    return { weight: f.sub(weight, step), slots: { momentum: average(config.beta_2) } };
  },
});
