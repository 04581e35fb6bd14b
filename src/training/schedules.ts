import { StriateError } from "../base/errors.ts";
import { type Field, type Fields, type Values, field } from "../base/fields.ts";
import { type KerasRecord, Registry, type Serialized, creators } from "./registry.ts";

/**
 * A learning rate that changes with the number of steps made.
 *
 * Source: https://keras.io/api/optimizers/learning_rate_schedules/
 */
export interface ScheduleDefinition<F extends Fields = Fields> extends KerasRecord<F> {
  /** The learning rate of the step that follows after `step` steps. */
  value(config: Values<F>, step: number): number;
}

export function defineSchedule<const F extends Fields>(
  definition: ScheduleDefinition<F>,
): ScheduleDefinition<F> {
  return definition;
}

const rate = field.number(undefined, { min: 0 });
const steps = field.number(undefined, { min: 1 });
const wholeIf = (staircase: boolean, value: number) => (staircase ? Math.floor(value) : value);

/** `initial * decayRate ^ (step / decaySteps)` */
const exponentialDecay = defineSchedule({
  className: "ExponentialDecay",
  fields: {
    initial_learning_rate: rate,
    decay_steps: steps,
    decay_rate: field.number(),
    staircase: field.boolean(false),
  },
  value: (c, step) =>
    c.initial_learning_rate * c.decay_rate ** wholeIf(c.staircase, step / c.decay_steps),
});

/** `initial / (1 + decayRate * step / decaySteps)` */
const inverseTimeDecay = defineSchedule({
  className: "InverseTimeDecay",
  fields: exponentialDecay.fields,
  value: (c, step) =>
    c.initial_learning_rate / (1 + c.decay_rate * wholeIf(c.staircase, step / c.decay_steps)),
});

/** `values[i]`, where `boundaries[i]` is the first one that `step` does not exceed. */
const piecewiseConstantDecay = defineSchedule({
  className: "PiecewiseConstantDecay",
  aliases: ["piecewise_constant"],
  fields: { boundaries: numbers("boundaries"), values: numbers("values") },
  value({ boundaries, values }, step) {
    if (values.length !== boundaries.length + 1)
      throw new StriateError(
        `PiecewiseConstantDecay: expected one value more than boundaries, ` +
          `got ${values.length} values and ${boundaries.length} boundaries`,
      );
    const at = boundaries.findIndex((boundary) => step <= boundary);
    return values[at < 0 ? boundaries.length : at]!;
  },
});

/** From `initial` to `end` in `decaySteps`, along `(1 - t) ^ power`. */
const polynomialDecay = defineSchedule({
  className: "PolynomialDecay",
  fields: {
    initial_learning_rate: rate,
    decay_steps: steps,
    end_learning_rate: field.number(0.0001, { min: 0 }),
    power: field.number(1),
    cycle: field.boolean(false),
  },
  value(c, step) {
    const cycles = c.cycle && step > 0 ? Math.ceil(step / c.decay_steps) : 1;
    const length = c.decay_steps * cycles;
    const t = (c.cycle ? step : Math.min(step, length)) / length;
    const span = c.initial_learning_rate - c.end_learning_rate;
    return span * (1 - t) ** c.power + c.end_learning_rate;
  },
});

/**
 * Half a cosine from `initial` to `alpha * initial`, with an optional linear warm-up to
 * `warmupTarget` before it.
 *
 * Source: Loshchilov and Hutter, "SGDR", ICLR 2017 (https://arxiv.org/abs/1608.03983)
 */
const cosineDecay = defineSchedule({
  className: "CosineDecay",
  fields: {
    initial_learning_rate: rate,
    decay_steps: steps,
    alpha: field.number(0),
    warmup_target: field.nullable(field.number()),
    warmup_steps: field.number(0, { min: 0 }),
  },
  value(c, step) {
    const warmup = c.warmup_target === null ? 0 : c.warmup_steps;
    const top = c.warmup_target ?? c.initial_learning_rate;
    if (step < warmup)
      return c.initial_learning_rate + (top - c.initial_learning_rate) * (step / warmup);
    const t = Math.min(step - warmup, c.decay_steps) / c.decay_steps;
    const cosine = 0.5 * (1 + Math.cos(Math.PI * t));
    return top * ((1 - c.alpha) * cosine + c.alpha);
  },
});

function numbers(what: string): Field<readonly number[]> & { readonly required: true } {
  return {
    kind: "json",
    required: true,
    parse(value) {
      if (Array.isArray(value) && value.length > 0 && value.every((n) => typeof n === "number"))
        return value as number[];
      throw new StriateError(`expected a list of ${what}`);
    },
  };
}

/** Every schedule that striate knows. A new one is one more line here. */
const all = {
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstantDecay,
  polynomialDecay,
  cosineDecay,
};

const registry = new Registry<ScheduleDefinition>("learning rate schedule", all);

/** Learning-rate schedules, to stand in an optimizer for its `learningRate`. */
export const schedules = creators(all);

export const registerSchedule = (definition: ScheduleDefinition): void => registry.add(definition);

/** The field of an optimizer's learning rate: a number, or a schedule. */
export function learningRateField(fallback: number) {
  return {
    kind: "json",
    required: false,
    fallback,
    help: "learning rate, or a schedule",
    parse(value: unknown): number | Serialized {
      if (typeof value === "number" && value >= 0) return value;
      // Keras 3 finds a schedule inside an optimizer by its module.
      const module = "keras.optimizers.schedules";
      return { module, registered_name: null, ...registry.parse(value).serialized };
    },
  } as Field<number | Serialized> & { readonly required: false };
}

/** The learning rate after `step` steps. */
export function learningRateAt(learningRate: number | Serialized, step: number): number {
  if (typeof learningRate === "number") return learningRate;
  const { definition, config } = registry.parse(learningRate);
  return definition.value(config, step);
}
