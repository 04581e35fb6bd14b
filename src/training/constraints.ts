import { type Fields, type Values, field } from "../base/fields.ts";
import type { Formula } from "../ops/facts/formula.ts";
import { type Axes, axesField } from "../base/axes-field.ts";
import { type KerasRecord, type Named, type SnakeCase, Registry, creators } from "./registry.ts";

/** What a weight must keep to: it is brought back there after each update. */
export interface ConstraintDefinition<F extends Fields = Fields> extends KerasRecord<F> {
  /**
   * The weight as it may be.
   * @param axesOf turns axes of the Keras weight into axes of the value
   */
  lower(f: Formula, weight: string, config: Values<F>, axesOf: AxesOf): string;
}
export type AxesOf = (axes: Axes) => number[];

function defineConstraint<const F extends Fields>(
  definition: ConstraintDefinition<F>,
): ConstraintDefinition<F> {
  return definition;
}

const epsilon = 1e-7;
const axis = axesField(0);

/** `|w|` over some axes. */
function normOf(f: Formula, weight: string, axes: readonly number[]): string {
  return f.apply("Sqrt", f.sum(f.mul(weight, weight), axes));
}

/** The weight with another norm than its own. */
const scaled = (f: Formula, weight: string, norm: string, wanted: string | number): string =>
  f.mul(weight, f.div(wanted, f.add(norm, epsilon)));

const clipped = (f: Formula, x: string, low: number, high: number): string =>
  f.b.op("Clip", [x, f.constant(low), f.constant(high)]);

const maxNorm = defineConstraint({
  className: "MaxNorm",
  fields: { max_value: field.number(2), axis },
  lower(f, weight, { max_value, axis }, axesOf) {
    const norm = normOf(f, weight, axesOf(axis));
    return scaled(f, weight, norm, clipped(f, norm, 0, max_value));
  },
});

const nonNeg = defineConstraint({
  className: "NonNeg",
  aliases: ["NonNegative"],
  fields: {},
  lower: (f, weight) => f.b.op("Max", [weight, f.constant(0)]),
});

const unitNorm = defineConstraint({
  className: "UnitNorm",
  fields: { axis },
  lower: (f, weight, { axis }, axesOf) => scaled(f, weight, normOf(f, weight, axesOf(axis)), 1),
});

/** With a rate below 1 the norm only goes that part of the way. */
const minMaxNorm = defineConstraint({
  className: "MinMaxNorm",
  fields: {
    min_value: field.number(0),
    max_value: field.number(1),
    rate: field.number(1, { min: 0, max: 1 }),
    axis,
  },
  lower(f, weight, { min_value, max_value, rate, axis }, axesOf) {
    const norm = normOf(f, weight, axesOf(axis));
    const inside = f.mul(clipped(f, norm, min_value, max_value), rate);
    return scaled(f, weight, norm, f.add(inside, f.mul(norm, 1 - rate)));
  },
});

/** Every constraint that striate knows. A new one is one more word here. */
const all = { maxNorm, nonNeg, unitNorm, minMaxNorm };

const registry = new Registry<ConstraintDefinition>("constraint", all);

/**
 * Constraints by name, as in `kernelConstraint: constraints.maxNorm({ maxValue: 3 })`. Axes are those
 * of the Keras weight: of a Conv2D kernel `(h, w, in, out)`, `[0, 1, 2]` are the weights of a filter.
 *
 * Source: https://keras.io/api/layers/constraints/
 */
export const constraints = creators(all);

/** What stands for a constraint: its name in Keras, or `constraints.maxNorm()`; null for none. */
export type ConstraintOption = Named<SnakeCase<keyof typeof constraints>> | null;

/** @throws StriateError with the nearest names where a constraint is not known */
export function checkConstraint(identifier: unknown): void {
  if (identifier !== null && identifier !== undefined) registry.parse(identifier);
}

/** Writes the nodes that bring a weight of the graph back to where it may be. */
export type Constraint = (f: Formula, weight: string) => string;

/** How a weight lies in the graph: its Keras axes in this order, then with `graphShape`. */
interface Layout {
  shape: readonly number[];
  order: readonly number[];
  graphShape: readonly number[];
}

/** The constraint of a weight, from its serialized form; null for none. */
export function parseConstraint(identifier: unknown, layout: Layout): Constraint | null {
  if (identifier === null || identifier === undefined) return null;
  const { definition, config } = registry.parse(identifier);
  const { order, graphShape } = layout;
  const rank = order.length;
  const axesOf: AxesOf = (axes) =>
    (typeof axes === "number" ? [axes] : axes).map((each) =>
      order.indexOf(each < 0 ? each + rank : each),
    );
  const ordered = order.map((each) => layout.shape[each]!);
  const isFolded = ordered.join() !== graphShape.join();
  return (f, weight) => {
    const given = isFolded ? f.reshape(weight, ordered) : weight;
    const kept = definition.lower(f, given, config as never, axesOf);
    return isFolded ? f.reshape(kept, graphShape) : kept;
  };
}
