import { field } from "../../base/fields.ts";
import { correction, momentSlots, movingAverage } from "./adam.ts";
import { defineOptimizer, optimizerFields } from "./define-optimizer.ts";

/** Adam's momentum warms up: at step t it is `beta1 * (1 - 0.5 * 0.96^t)`. */
const warmed = (beta: number, t: number): number => beta * (1 - 0.5 * 0.96 ** t);

/** The product of the warmed momenta of steps 1 to t. */
export function momentumProduct(beta: number, t: number): number {
  let product = 1;
  // Below the smallest double it stays 0: long runs need not loop on.
  for (let i = 1; i <= t && product !== 0; i++) product *= warmed(beta, i);
  return product;
}

/** The same as Keras keeps it: rounded to float32 at every step. */
function storedProduct(beta: number, t: number): number {
  let product = 1;
  for (let i = 1; i <= t && product !== 0; i++) product = Math.fround(product * warmed(beta, i));
  return product;
}

/**
 * Adam with Nesterov's look ahead. With `u(t) = beta1 * (1 - 0.5 * 0.96^t)` and `U(t)` the product of
 * `u(1) .. u(t)`:
 *
 *     m' = m + (1 - beta1) * (g - m)
 *     v' = v + (1 - beta2) * (g^2 - v)
 *     n  = u(t+1) * m' / (1 - U(t+1)) + (1 - u(t)) * g / (1 - U(t))
 *     w' = w - lr * n / (sqrt(v' / (1 - beta2^t)) + epsilon)
 *
 * Source: https://keras.io/api/optimizers/nadam/; Dozat, "Incorporating Nesterov momentum into Adam"
 */
export const nadam = defineOptimizer({
  className: "Nadam",
  fields: {
    ...optimizerFields(0.001),
    beta_1: field.number(0.9, { min: 0, max: 1 }),
    beta_2: field.number(0.999, { min: 0, max: 1 }),
    epsilon: field.number(1e-7, { min: 0 }),
  },
  slots: momentSlots,
  kept: ({ beta_1: beta }, iterations) => [
    { oldName: "momentum_cache", value: storedProduct(beta, iterations) },
  ],
  scalars({ beta_1: beta, beta_2 }, learningRate, iteration) {
    const t = iteration + 1;
    const product = momentumProduct(beta, t);
    const next = warmed(beta, t + 1);
    return {
      ofMomentum: (learningRate * next) / (1 - product * next),
      ofGradient: (learningRate * (1 - warmed(beta, t))) / (1 - product),
      ofVelocity: 1 / correction(beta_2, t),
    };
  },
  lower({ f, config, weight, gradient, slots, scalars }) {
    const momentum = movingAverage(f, slots.momentum!, gradient, config.beta_1);
    const square = f.mul(gradient, gradient);
    const velocity = movingAverage(f, slots.velocity!, square, config.beta_2);
    const ahead = f.add(f.mul(momentum, scalars.ofMomentum!), f.mul(gradient, scalars.ofGradient!));
    const root = f.apply("Sqrt", f.mul(velocity, scalars.ofVelocity!));
    return {
      weight: f.sub(weight, f.div(ahead, f.add(root, config.epsilon))),
      slots: { momentum, velocity },
    };
  },
});
