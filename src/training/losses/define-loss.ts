import { type Fields, type Values, field } from "../../base/fields.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import type { KerasRecord } from "../registry.ts";

/** What a loss is written from; all names are values of the graph. */
export interface LossContext<C> {
  f: Formula;
  config: C;
  /**
   * float32. In the shape of the prediction; for a loss with `targets: "classes"` without its last
   * axis.
   */
  target: string;
  prediction: string;
  /**
   * The values before the network's final sigmoid or softmax, where it has one and the loss
   * {@link LossDefinition.looksThrough} it; else null.
   */
  logits: string | null;
  /** Shape of the prediction, the batch first, as Keras sees it. */
  shape: readonly number[];
}

/** So many losses of each row, or one of the whole batch, of shape `(1)`. */
export type LossScope = { readonly positions: number } | "batch";

/** Everything that is known about one loss. */
export interface LossDefinition<F extends Fields = Fields> extends KerasRecord<F> {
  /** Targets have the shape of the prediction, or are class numbers. */
  targets: "values" | "classes";
  /** The loss compares probabilities of at least two classes: it learns nothing from one unit. */
  needsClasses?: boolean;
  /**
   * Keras takes the values before the network's last sigmoid or softmax, whichever of the two it is (its
   * `_keras_logits`).
   */
  looksThrough?: boolean;
  /** A field that Keras 3 leaves out of its files, and fills with its fallback when it reads them. */
  unwritten?: keyof F & string;
  /** What its losses belong to; the positions of the prediction without its last axis when left out. */
  scope?(shape: readonly number[], config: Values<F>): LossScope;
  /**
   * Writes the loss of each position: the prediction's shape, with or without its last axis, or what its
   * {@link LossDefinition.scope} says.
   */
  lower(context: LossContext<Values<F>>): string;
}

export function defineLoss<const F extends Fields>(
  definition: LossDefinition<F>,
): LossDefinition<F> {
  return definition;
}

/**
 * How the losses of the rows become the batch's: their mean, their sum, or their sum over the sum of
 * the sample weights.
 */
export const reductions = [
  "sum_over_batch_size",
  "mean",
  "auto",
  "sum",
  "mean_with_sample_weight",
] as const;
export type Reduction = (typeof reductions)[number];

/** Fields of every Keras loss. */
export const lossFields = { reduction: field.choice(reductions, "sum_over_batch_size") };

export const labelSmoothing = field.number(0, { min: 0, max: 1 });
/** Keras' smallest probability in a logarithm. */
export const EPSILON = 1e-7;
