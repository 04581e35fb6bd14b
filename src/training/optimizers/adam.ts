import { type Values, field } from "../../base/fields.ts";
import {
  type SlotSpec,
  type UpdateContext,
  defineOptimizer,
  optimizerFields,
} from "./define-optimizer.ts";

const fields = {
  ...optimizerFields(0.001),
  beta_1: field.number(0.9, { min: 0, max: 1 }),
  beta_2: field.number(0.999, { min: 0, max: 1 }),
  epsilon: field.number(1e-7, { min: 0 }),
  amsgrad: field.boolean(false),
};
type Config = Values<typeof fields>;

/** The two moments of the gradient, which Keras makes together. */
export const momentSlots = (): SlotSpec[] => [
  { name: "momentum", initial: 0, oldName: "m" },
  { name: "velocity", initial: 0, oldName: "v", interleaved: true },
];

const slots = ({ amsgrad }: Config): SlotSpec[] => [
  ...momentSlots(),
  ...(amsgrad ? [{ name: "velocity_hat", initial: 0, oldName: "vhat" }] : []),
];

/** `1 - beta^t` as float32 computes it. */
export const correction = (beta: number, t: number): number =>
  Math.fround(1 - Math.fround(Math.fround(beta) ** t));

/** `lr * sqrt(1 - beta2^t) / (1 - beta1^t)`: both bias corrections in one factor. */
const scalars = (config: Config, learningRate: number, iteration: number) => ({
  alpha:
    (learningRate * Math.sqrt(correction(config.beta_2, iteration + 1))) /
    correction(config.beta_1, iteration + 1),
});

/** `old + (now - old) * (1 - beta)` */
export const movingAverage = (
  f: UpdateContext<unknown>["f"],
  old: string,
  now: string,
  beta: number,
): string => f.add(old, f.mul(f.sub(now, old), 1 - beta));

function lower({ f, config, weight, gradient, slots: old, scalars: s }: UpdateContext<Config>) {
  const momentum = movingAverage(f, old.momentum!, gradient, config.beta_1);
  const velocity = movingAverage(f, old.velocity!, f.mul(gradient, gradient), config.beta_2);
  const updated: Record<string, string> = { momentum, velocity };
  let spread = velocity;
  if (config.amsgrad) spread = updated.velocity_hat = f.b.op("Max", [old.velocity_hat!, velocity]);
  const step = f.div(f.mul(momentum, s.alpha!), f.add(f.apply("Sqrt", spread), config.epsilon));
  return { weight: f.sub(weight, step), slots: updated };
}

/**
 * Momentum divided by a running average of the gradient's size, both corrected for their start at 0.
 *
 *     m' = m + (1 - beta1) * (g - m)
 *     v' = v + (1 - beta2) * (g^2 - v)
 *     w' = w - alpha * m' / (sqrt(v') + epsilon)
 *
 * Source: https://keras.io/api/optimizers/adam/; Kingma and Ba (https://arxiv.org/abs/1412.6980)
 */
export const adam = defineOptimizer({ className: "Adam", fields, slots, scalars, lower });

/**
 * Adam with weight decay beside the gradient, 0.004 by default.
 *
 * Source: https://keras.io/api/optimizers/adamw/; Loshchilov and Hutter
 * (https://arxiv.org/abs/1711.05101)
 */
export const adamw = defineOptimizer({
  className: "AdamW",
  fields: { ...fields, weight_decay: field.nullable(field.number(0.004, { min: 0 })) },
  slots,
  scalars,
  lower,
});
