import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import { EPSILON, defineLoss, labelSmoothing, lossFields } from "./define-loss.ts";

const fields = { ...lossFields, from_logits: field.boolean(false) };

/** Probabilities cut so that their logarithm, and that of their complement, is finite. */
const clip = (f: Formula, p: string): string =>
  f.b.op("Clip", [p, f.constant(EPSILON), f.constant(1 - EPSILON)]);

/**
 * Crossentropy of independent yes-or-no units.
 *
 *     from logits:          softplus(z) - z y
 *     from probabilities:   -y log p - (1 - y) log(1 - p),   p cut to [1e-7, 1 - 1e-7]
 *
 * Softplus stands for Keras' `max(z, 0) + log(1 + e^-|z|)`: the same value, with the right derivative at
 * 0 too.
 *
 * Source: https://keras.io/api/losses/probabilistic_losses/
 */
export const binaryCrossentropy = defineLoss({
  className: "BinaryCrossentropy",
  aliases: ["bce"],
  fields: { ...fields, label_smoothing: labelSmoothing },
  targets: "values",
  looksThrough: true,
  lower({ f, config, target, prediction, logits }) {
    const smooth = config.label_smoothing;
    const y = smooth === 0 ? target : f.add(f.mul(target, 1 - smooth), smooth / 2);
    const z = logits ?? (config.from_logits ? prediction : null);
    if (z !== null) return f.sub(f.apply("Softplus", z), f.mul(z, y));
    const p = clip(f, prediction);
    const yes = f.mul(y, f.apply("Log", p));
    const no = f.mul(f.sub(1, y), f.apply("Log", f.sub(1, p)));
    return f.apply("Neg", f.add(yes, no));
  },
});

/**
 * Crossentropy of one class among many; the target is a distribution over the last axis.
 *
 *     from logits:          -sum_c y_c log softmax(z)_c
 *     from probabilities:   -sum_c y_c log p_c,   p divided by its sum, then cut to [1e-7, 1 - 1e-7]
 *
 * Source: https://keras.io/api/losses/probabilistic_losses/
 */
export const categoricalCrossentropy = defineLoss({
  className: "CategoricalCrossentropy",
  aliases: ["cce"],
  fields: { ...fields, label_smoothing: labelSmoothing },
  targets: "values",
  needsClasses: true,
  looksThrough: true,
  lower({ f, config, target, prediction, logits, shape }) {
    const last = shape.length - 1;
    const smooth = config.label_smoothing;
    const y = smooth === 0 ? target : f.add(f.mul(target, 1 - smooth), smooth / shape[last]!);
    const z = logits ?? (config.from_logits ? prediction : null);
    const logs =
      z === null
        ? f.apply("Log", clip(f, f.div(prediction, f.sum(prediction, [last]))))
        : f.b.op("LogSoftmax", [z], { axis: last });
    return f.apply("Neg", f.sum(f.mul(y, logs), [last], false));
  },
});

/**
 * {@link categoricalCrossentropy} with the class number as target.
 *
 *     from logits:          -log softmax(z)_y
 *     from probabilities:   -log softmax(log p)_y,   p cut to [1e-7, 1 - 1e-7]
 *
 * Source: https://keras.io/api/losses/probabilistic_losses/
 */
export const sparseCategoricalCrossentropy = defineLoss({
  className: "SparseCategoricalCrossentropy",
  aliases: ["scce"],
  fields,
  targets: "classes",
  needsClasses: true,
  looksThrough: true,
  lower({ f, config, target, prediction, logits, shape }) {
    const last = shape.length - 1;
    const z = logits ?? (config.from_logits ? prediction : f.apply("Log", clip(f, prediction)));
    const logs = f.b.op("LogSoftmax", [z], { axis: last });
    return f.apply("Neg", ofClass(f, target, logs, shape));
  },
});

const share = field.number(0.5, { min: 0, max: 1 });

/** Neither 0, which the loss is divided by, nor 1: as Keras takes it. */
const openShare: typeof share = {
  ...share,
  parse(value) {
    const number = share.parse(value);
    if (number > 0 && number < 1) return number;
    throw new StriateError(`expected a number between 0 and 1, got ${number}`);
  },
};

/**
 * `(1 - p_y^q) / q`, with the class number as target: crossentropy for a small q, for a large one an absolute error,
 * which wrong labels move less.
 *
 * Source: Zhang and Sabuncu 2018, https://keras.io/api/losses/probabilistic_losses/
 */
export const categoricalGeneralizedCrossEntropy = defineLoss({
  className: "CategoricalGeneralizedCrossEntropy",
  fields: { ...lossFields, q: openShare },
  targets: "classes",
  needsClasses: true,
  lower: ({ f, config: { q }, target, prediction, shape }) =>
    f.div(f.sub(1, f.pow(ofClass(f, target, prediction, shape), q)), q),
});

/** Of values for each class, that of the row's own. */
function ofClass(f: Formula, target: string, values: string, shape: readonly number[]): string {
  const last = shape.length - 1;
  const count = checkedLength(shape[last]!, "classes");
  const classes = f.constant(Array.from({ length: count }, (_, i) => i));
  const column = f.reshape(target, [...shape.slice(0, last), 1]);
  const chosen = f.indicator(f.equal(column, classes));
  return f.sum(f.mul(chosen, values), [last], false);
}
