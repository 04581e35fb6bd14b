import { type Fields, type Values, field } from "../base/fields.ts";
import { type KerasRecord, Registry, creators, type Named } from "./registry.ts";

/**
 * A price on the size of a weight: `l1 * sum |w| + l2 * sum w^2`. All of Keras' elementwise
 * regularizers are of this form, so that one pair of numbers says everything.
 *
 * Source: https://keras.io/api/layers/regularizers/
 */
export interface Penalty {
  l1: number;
  l2: number;
}

export interface RegularizerDefinition<F extends Fields = Fields> extends KerasRecord<F> {
  penalty(config: Values<F>): Penalty;
}

export function defineRegularizer<const F extends Fields>(
  definition: RegularizerDefinition<F>,
): RegularizerDefinition<F> {
  return definition;
}

const factor = (fallback: number) => field.number(fallback, { min: 0 });

const l1 = defineRegularizer({
  className: "L1",
  fields: { l1: factor(0.01) },
  penalty: (config) => ({ l1: config.l1, l2: 0 }),
});
const l2 = defineRegularizer({
  className: "L2",
  fields: { l2: factor(0.01) },
  penalty: (config) => ({ l1: 0, l2: config.l2 }),
});
const l1l2 = defineRegularizer({
  className: "L1L2",
  fields: { l1: factor(0), l2: factor(0) },
  penalty: (config) => ({ l1: config.l1, l2: config.l2 }),
});

/** Every regularizer that striate knows. A new one is one more word here. */
const all = { l1, l2, l1l2 };

const registry = new Registry<RegularizerDefinition>("regularizer", all);

/** Regularizers by name, as in `kernelRegularizer: regularizers.l2({ l2: 1e-4 })`. */
export const regularizers = creators(all);

/** What stands for a regularizer: its name in Keras, or `regularizers.l2({ l2: 1e-4 })`; null for none. */
export type RegularizerOption = Named<"l1" | "l2" | "l1_l2"> | null;

/** The penalty of a serialized regularizer; none for null. */
export function parseRegularizer(identifier: unknown): Penalty {
  if (identifier === null || identifier === undefined) return { l1: 0, l2: 0 };
  const { definition, config } = registry.parse(identifier);
  return definition.penalty(config);
}

/** `l1 * sum |w| + l2 * sum w^2` */
export function penaltyOf({ l1, l2 }: Penalty, weight: ArrayLike<number>): number {
  let absolute = 0;
  let square = 0;
  for (let i = 0; i < weight.length; i++) {
    const w = weight[i]!;
    absolute += Math.abs(w);
    square += w * w;
  }
  return l1 * absolute + l2 * square;
}
