import type { Formula } from "../../ops/facts/formula.ts";
import { defineLoss, lossFields } from "./define-loss.ts";

/** Keras turns targets of 0 and 1 into -1 and 1. */
const sides = (f: Formula, target: string): string => f.where(f.equal(target, 0), -1, target);

/** How far a number is on the wrong side of its margin: `max(1 - y p, 0)`. */
const missed = (f: Formula, target: string, prediction: string): string =>
  f.apply("Relu", f.sub(1, f.mul(sides(f, target), prediction)));

/**
 * `max(1 - y p, 0)` with y = -1 or 1
 *
 * Source: https://keras.io/api/losses/hinge_losses/
 */
export const hinge = defineLoss({
  className: "Hinge",
  fields: lossFields,
  targets: "values",
  lower: ({ f, target, prediction }) => missed(f, target, prediction),
});

/**
 * `max(1 - y p, 0)^2` with y = -1 or 1
 *
 * Source: https://keras.io/api/losses/hinge_losses/
 */
export const squaredHinge = defineLoss({
  className: "SquaredHinge",
  fields: lossFields,
  targets: "values",
  lower({ f, target, prediction }) {
    const distance = missed(f, target, prediction);
    return f.mul(distance, distance);
  },
});

/**
 * How much the best wrong class comes up to the right one: `max(max_c (1 - y_c) p_c - sum_c y_c p_c + 1, 0)`
 *
 * Source: https://keras.io/api/losses/hinge_losses/
 */
export const categoricalHinge = defineLoss({
  className: "CategoricalHinge",
  fields: lossFields,
  targets: "values",
  needsClasses: true,
  lower({ f, target, prediction, shape }) {
    const last = shape.length - 1;
    const right = f.sum(f.mul(target, prediction), [last], false);
    const others = f.mul(f.sub(1, target), prediction);
    const wrong = f.b.op("ReduceMax", [others, f.b.i64([last])], { keepdims: 0 });
    return f.apply("Relu", f.add(f.sub(wrong, right), 1));
  },
});
