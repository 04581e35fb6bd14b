import { type Fields, type Values, field } from "../../base/fields.ts";
import type { Formula } from "../../ops/formula.ts";
import type { KerasRecord } from "../registry.ts";
import { learningRateField } from "../schedules.ts";

/** A tensor of the size of a weight that an optimizer keeps from step to step. */
export interface SlotSpec {
  /** Keras' own name: `velocity`, `momentum`. */
  name: string;
  /** Value of every element before the first step. */
  initial: number;
}

/** What an update is written from; all names are values of the graph. */
export interface UpdateContext<C> {
  f: Formula;
  config: C;
  weight: string;
  /** With regularisation added and clipped. */
  gradient: string;
  slots: Readonly<Record<string, string>>;
  /** Scalars of this step, by the names that {@link OptimizerDefinition.scalars} gives. */
  scalars: Readonly<Record<string, string>>;
}

/** The new values of a weight and of its slots. */
export interface Update {
  weight: string;
  slots: Record<string, string>;
}

/**
 * Everything that is known about one optimizer.
 *
 * The update is elementwise: the same nodes serve a weight of any shape, or all weights laid end to
 * end in one vector. What depends on the step number alone (bias corrections) is computed outside of
 * the graph and fed as scalars.
 */
export interface OptimizerDefinition<F extends Fields = Fields> extends KerasRecord<F> {
  slots(config: Values<F>): SlotSpec[];
  /**
   * Scalars that the update reads. Computed with float32 rounding where Keras does, since
   * `1 - beta^t` loses digits that would show.
   * @param iteration steps made before this one
   */
  scalars(config: Values<F>, learningRate: number, iteration: number): Record<string, number>;
  lower(context: UpdateContext<Values<F>>): Update;
}

export function defineOptimizer<const F extends Fields>(
  definition: OptimizerDefinition<F>,
): OptimizerDefinition<F> {
  return definition;
}

const positive = () => field.nullable(field.number(undefined, { min: 0 }));

/** Fields of every Keras optimizer. */
export const optimizerFields = (learningRate: number) => ({
  learning_rate: learningRateField(learningRate),
  /** Decoupled: `w -= w * weightDecay * learningRate` before the update. */
  weight_decay: positive(),
  /** Each weight's gradient is scaled down to this L2 norm. */
  clipnorm: positive(),
  /** All gradients together are scaled down to this L2 norm. */
  global_clipnorm: positive(),
  /** Each element is cut to `[-clipvalue, clipvalue]`. */
  clipvalue: positive(),
  use_ema: field.boolean(false),
  gradient_accumulation_steps: field.nullable(field.int(undefined, { min: 1 })),
});
