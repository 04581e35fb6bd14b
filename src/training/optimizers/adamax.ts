import { field } from "../../base/fields.ts";
import { correction, movingAverage } from "./adam.ts";
import { defineOptimizer, optimizerFields } from "./define-optimizer.ts";

/**
 * Adam with the largest gradient of late in place of the mean square.
 *
 *     m' = m + (1 - beta1) * (g - m)
 *     u' = max(beta2 * u, |g|)
 *     w' = w - lr / (1 - beta1^t) * m' / (u' + epsilon)
 *
 * Source: https://keras.io/api/optimizers/adamax/; Kingma and Ba, section 7.1
 * (https://arxiv.org/abs/1412.6980)
 */
export const adamax = defineOptimizer({
  className: "Adamax",
  fields: {
    ...optimizerFields(0.001),
    beta_1: field.number(0.9, { min: 0, max: 1 }),
    beta_2: field.number(0.999, { min: 0, max: 1 }),
    epsilon: field.number(1e-7, { min: 0 }),
  },
  slots: () => [
    { name: "momentum", initial: 0, oldName: "m" },
    { name: "norm", initial: 0, oldName: "v", interleaved: true },
  ],
  scalars: ({ beta_1 }, learningRate, iteration) => ({
    alpha: learningRate / correction(beta_1, iteration + 1),
  }),
  lower({ f, config, weight, gradient, slots, scalars }) {
    const momentum = movingAverage(f, slots.momentum!, gradient, config.beta_1);
    const faded = f.mul(slots.norm!, config.beta_2);
    const norm = f.b.op("Max", [faded, f.apply("Abs", gradient)]);
    const step = f.div(f.mul(momentum, scalars.alpha!), f.add(norm, config.epsilon));
    return { weight: f.sub(weight, step), slots: { momentum, norm } };
  },
});
