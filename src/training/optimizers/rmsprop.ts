import { field } from "../../base/fields.ts";
import { defineOptimizer, optimizerFields } from "./define-optimizer.ts";

/**
 * Divides the gradient by a running average of its size.
 *
 *     v' = rho * v + (1 - rho) * g^2
 *     a' = rho * a + (1 - rho) * g         centered only
 *     d  = v' - a'^2                       or v' where not centered
 *     s  = lr * g / sqrt(d + epsilon)
 *     w' = w - s                           or with momentum   m' = momentum * m + s,  w' = w - m'
 *
 * Epsilon stands inside the root, as in today's Keras. The optimizer of TensorFlow 2.0 to 2.10 had it
 * outside unless there was momentum; its files say `is_legacy_optimizer`.
 *
 * Source: https://keras.io/api/optimizers/rmsprop/
 */
export const rmsprop = defineOptimizer({
  className: "RMSprop",
  fields: {
    ...optimizerFields(0.001),
    rho: field.number(0.9, { min: 0, max: 1 }),
    momentum: field.number(0, { min: 0, max: 1 }),
    epsilon: field.number(1e-7, { min: 0 }),
    centered: field.boolean(false),
    is_legacy_optimizer: field.boolean(false),
  },
  slots: ({ momentum, centered }) => [
    { name: "velocity", initial: 0, oldName: "rms" },
    ...(momentum > 0 ? [{ name: "momentum", initial: 0 }] : []),
    ...(centered ? [{ name: "average_gradient", initial: 0, oldName: "mg" }] : []),
  ],
  scalars: (_, learningRate) => ({ learningRate }),
  lower({ f, config, weight, gradient, slots, scalars }) {
    const { rho, epsilon } = config;
    const average = (old: string, now: string) => f.add(f.mul(old, rho), f.mul(now, 1 - rho));
    const velocity = average(slots.velocity!, f.mul(gradient, gradient));
    const updated: Record<string, string> = { velocity };
    let spread = velocity;
    if (config.centered) {
      const mean = average(slots.average_gradient!, gradient);
      updated.average_gradient = mean;
      spread = f.sub(velocity, f.mul(mean, mean));
    }
    const outside = config.is_legacy_optimizer && config.momentum === 0;
    const root = outside
      ? f.add(f.apply("Sqrt", spread), epsilon)
      : f.apply("Sqrt", f.add(spread, epsilon));
    const step = f.div(f.mul(gradient, scalars.learningRate!), root);
    if (config.momentum === 0) return { weight: f.sub(weight, step), slots: updated };
    updated.momentum = f.add(f.mul(slots.momentum!, config.momentum), step);
    return { weight: f.sub(weight, updated.momentum), slots: updated };
  },
});
