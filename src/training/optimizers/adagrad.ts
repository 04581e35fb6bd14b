import { field } from "../../base/fields.ts";
import { defineOptimizer, optimizerFields } from "./define-optimizer.ts";

/**
 * Divides the gradient by the root of the sum of all its squares so far.
 *
 *     a' = a + g^2
 *     w' = w - lr * g / sqrt(a' + epsilon)
 *
 * Source: https://keras.io/api/optimizers/adagrad/
 */
export const adagrad = defineOptimizer({
  className: "Adagrad",
  fields: {
    ...optimizerFields(0.001),
    initial_accumulator_value: field.number(0.1, { min: 0 }),
    epsilon: field.number(1e-7, { min: 0 }),
  },
  slots: (config) => [{ name: "accumulator", initial: config.initial_accumulator_value }],
  scalars: (_, learningRate) => ({ learningRate }),
  lower({ f, config, weight, gradient, slots, scalars }) {
    const accumulator = f.add(slots.accumulator!, f.mul(gradient, gradient));
    const root = f.apply("Sqrt", f.add(accumulator, config.epsilon));
    const step = f.div(f.mul(gradient, scalars.learningRate!), root);
    return { weight: f.sub(weight, step), slots: { accumulator } };
  },
});
