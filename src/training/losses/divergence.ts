import { field } from "../../base/fields.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import { EPSILON, defineLoss, lossFields } from "./define-loss.ts";

/**
 * How a distribution differs from another: `sum_c y_c log(y_c / p_c)`, both cut to [1e-7, 1]
 *
 * Source: https://keras.io/api/losses/probabilistic_losses/
 */
export const klDivergence = defineLoss({
  className: "KLDivergence",
  aliases: ["kld", "kullback_leibler_divergence"],
  fields: lossFields,
  targets: "values",
  needsClasses: true,
  lower({ f, target, prediction, shape }) {
    const cut = (x: string) => f.b.op("Clip", [x, f.constant(EPSILON), f.constant(1)]);
    const y = cut(target);
    const logs = f.sub(f.apply("Log", y), f.apply("Log", cut(prediction)));
    return f.sum(f.mul(y, logs), [shape.length - 1], false);
  },
});

/**
 * `p - y log(p + 1e-7)`
 *
 * Source: https://keras.io/api/losses/probabilistic_losses/
 */
export const poisson = defineLoss({
  className: "Poisson",
  fields: lossFields,
  targets: "values",
  lower: ({ f, target, prediction }) =>
    f.sub(prediction, f.mul(target, f.apply("Log", f.add(prediction, EPSILON)))),
});

/**
 * The cosine of the angle between both, with its sign turned: `-sum_c y_c p_c / (|y| |p|)`
 *
 * Source: https://keras.io/api/losses/regression_losses/
 */
export const cosineSimilarity = defineLoss({
  className: "CosineSimilarity",
  aliases: ["cosine_proximity", "cosine"],
  fields: { ...lossFields, axis: field.int(-1) },
  targets: "values",
  needsClasses: true,
  lower({ f, config, target, prediction, shape }) {
    const axis = config.axis < 0 ? config.axis + shape.length : config.axis;
    const product = f.mul(ofLengthOne(f, target, axis), ofLengthOne(f, prediction, axis));
    return f.apply("Neg", f.sum(product, [axis], false));
  },
});

function ofLengthOne(f: Formula, x: string, axis: number): string {
  const squares = f.b.op("Max", [f.sum(f.mul(x, x), [axis]), f.constant(1e-12)]);
  return f.div(x, f.apply("Sqrt", squares));
}
