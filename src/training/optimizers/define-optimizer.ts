import { type Fields, type Values, field } from "../../base/fields.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import type { KerasRecord } from "../registry.ts";
import { learningRateField } from "../schedules.ts";

/** A tensor of the size of a weight that an optimizer keeps from step to step. */
export interface SlotSpec {
  /** Keras' own name: `velocity`, `momentum`. */
  name: string;
  /** Value of every element before the first step. */
  initial: number;
  /** Keras' name of it up to 2.10, where that was another one: `m`, `rms`. */
  oldName?: string;
  /**
   * Files have its arrays beside those of the slot before it, weight by weight; else a slot is a block
   * of its own. Adam has `m0 v0 m1 v1 ... vhat0 vhat1 ...`.
   */
  interleaved?: boolean;
}

/** A number that files keep beside the slots, though the count of steps fixes it. */
export interface KeptScalar {
  /** Keras' name of it up to 2.10. */
  oldName: string;
  value: number;
}

/** What an update is written from; all names are values of the graph. */
export interface UpdateContext<C> {
  f: Formula;
  config: C;
  weight: string;
  /** With regularisation added and clipped. */
  gradient: string;
  slots: Readonly<Record<string, string>>;
  /** Scalars of this step, by the names that `OptimizerDefinition.scalars` gives. */
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
  /**
   * The slots, in the order in which Keras makes them and its files have them.
   *
   * Source: `build` of the classes in keras/src/optimizers
   */
  slots(config: Values<F>): SlotSpec[];
  /** What Keras keeps beside the slots after so many steps. Files before Keras 3 have it in front of them. */
  kept?(config: Values<F>, iterations: number): KeptScalar[];
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
