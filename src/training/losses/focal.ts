import { field } from "../../base/fields.ts";
import { EPSILON, defineLoss, labelSmoothing, lossFields } from "./define-loss.ts";

const fields = {
  ...lossFields,
  from_logits: field.boolean(false),
  alpha: field.number(0.25),
  gamma: field.number(2),
  label_smoothing: labelSmoothing,
};

/**
 * Crossentropy of yes-or-no units, in which what is known well counts little: with `q` the probability given
 * to the right answer, `(1 - q)^gamma` times the crossentropy; by `apply_class_balancing` times alpha of a
 * yes, `1 - alpha` of a no.
 *
 * Source: Lin et al. 2017, https://keras.io/api/losses/probabilistic_losses/
 */
export const binaryFocalCrossentropy = defineLoss({
  className: "BinaryFocalCrossentropy",
  fields: { ...fields, apply_class_balancing: field.boolean(false) },
  targets: "values",
  lower({ f, config, target, prediction }) {
    const { label_smoothing: smooth, alpha, gamma } = config;
    const y = smooth === 0 ? target : f.add(f.mul(target, 1 - smooth), smooth / 2);
    const rest = f.sub(1, y);
    const p = config.from_logits ? f.apply("Sigmoid", prediction) : prediction;
    const cut = f.b.op("Clip", [p, f.constant(EPSILON), f.constant(1 - EPSILON)]);
    const logs = f.add(f.mul(y, f.apply("Log", cut)), f.mul(rest, f.apply("Log", f.sub(1, cut))));
    const missing = f.sub(1, f.add(f.mul(y, p), f.mul(rest, f.sub(1, p))));
    const loss = f.mul(f.apply("Neg", logs), f.pow(missing, gamma));
    if (!config.apply_class_balancing) return loss;
    return f.mul(loss, f.add(f.mul(y, alpha), f.mul(rest, 1 - alpha)));
  },
});

/**
 * Crossentropy of one class among many, in which what is known well counts little:
 * `-sum_c alpha (1 - p_c)^gamma y_c log p_c`, p divided by its sum, then cut to [1e-7, 1 - 1e-7]
 *
 * Source: Lin et al. 2017, https://keras.io/api/losses/probabilistic_losses/
 */
export const categoricalFocalCrossentropy = defineLoss({
  className: "CategoricalFocalCrossentropy",
  fields,
  targets: "values",
  needsClasses: true,
  lower({ f, config, target, prediction, shape }) {
    const { label_smoothing: smooth, alpha, gamma } = config;
    const last = shape.length - 1;
    const y = smooth === 0 ? target : f.add(f.mul(target, 1 - smooth), smooth / shape[last]!);
    const p = config.from_logits
      ? f.b.op("Softmax", [prediction], { axis: last })
      : f.div(prediction, f.sum(prediction, [last]));
    const cut = f.b.op("Clip", [p, f.constant(EPSILON), f.constant(1 - EPSILON)]);
    const weight = f.mul(f.pow(f.sub(1, cut), gamma), alpha);
    const parts = f.mul(weight, f.mul(y, f.apply("Log", cut)));
    return f.apply("Neg", f.sum(parts, [last], false));
  },
});
