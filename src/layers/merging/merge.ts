import { largest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { formatShape } from "../../base/shape.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { axisList } from "../symbolic.ts";

/** The shape of an elementwise result: lengths of 1 stretch, as in NumPy. */
export function broadcastShapes(a: KerasShape, b: KerasShape): KerasShape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = i < rank - a.length ? 1 : a[i - rank + a.length]!;
    const y = i < rank - b.length ? 1 : b[i - rank + b.length]!;
    if (x === 1) return y;
    if (y === 1 || x === y || y === null) return x;
    if (x === null) return y;
    throw new StriateError(`shapes ${formatShape(a)} and ${formatShape(b)} do not fit together`);
  });
}

/** The inputs of a merge have one rank: Keras adds axes of length 1 behind the batch. */
const sameRank = (shapes: readonly KerasShape[]): KerasShape[] => {
  const rank = largest(shapes.map((shape) => shape.length));
  return shapes.map((shape) => [
    ...shape.slice(0, 1),
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape.slice(1),
  ]);
};

type Merge = (context: LowerContext<unknown>, values: readonly string[]) => string;

/** Applies an op of two operands from left to right: `((a + b) + c) + d`. */
const chain =
  (op: string): Merge =>
  ({ b }, values) =>
    values.reduce((sum, value) => b.op(op, [sum, value]));

/** The inputs as graph values that broadcast against each other, and the order they share. */
export function alignInputs({
  b,
  inputs,
  arrange,
}: Pick<LowerContext<unknown>, "b" | "inputs" | "arrange">): {
  values: string[];
  order: readonly number[];
} {
  const widest = inputs.reduce((a, x) => (x.shape.length > a.shape.length ? x : a));
  const { order } = widest;
  const rank = order.length;
  const values = inputs.map((x): string => {
    const missing = rank - x.shape.length;
    if (missing === 0) return arrange(x, order);
    const plain = arrange(
      x,
      [...x.order].sort((p, q) => p - q),
    );
    const axes = Array.from({ length: missing }, (_, i) => i + 1);
    const wide: SymbolicTensor = {
      ...x,
      value: b.op("Unsqueeze", [plain, b.i64(axes)]),
      order: order.map((_, axis) => axis),
    };
    return arrange(wide, order);
  });
  return { values, order };
}

function mergeLayer(className: string, merge: Merge) {
  return defineLayer({
    className,
    kind: "merging",
    fields: commonFields,
    outputShape: (_, inputs) => sameRank(inputs).reduce(broadcastShapes),
    lower(context) {
      const { values, order } = alignInputs(context);
      const value = merge(context, values);
      return { ...context.inputs[0]!, value, shape: context.outputShapes[0]!, order };
    },
  });
}

/** Source: https://keras.io/api/layers/merging_layers/ */
export const add = mergeLayer("Add", chain("Add"));
export const subtract = mergeLayer("Subtract", chain("Sub"));
export const multiply = mergeLayer("Multiply", chain("Mul"));
export const maximum = mergeLayer("Maximum", ({ b }, values) => b.op("Max", values));
export const minimum = mergeLayer("Minimum", ({ b }, values) => b.op("Min", values));
export const average = mergeLayer("Average", (context, values) =>
  context.b.op("Div", [chain("Add")(context, values), context.b.f32(values.length)]),
);

/**
 * The inputs one behind the other along an axis.
 *
 * Source: https://keras.io/api/layers/merging_layers/concatenate/
 */
export const concatenate = defineLayer({
  className: "Concatenate",
  kind: "merging",
  fields: { ...commonFields, axis: field.int(-1) },
  outputShape: (config, inputs) => concatenatedShape(inputs, config.axis),
  lower: (context) => concatenateInputs(context, context.config.axis),
});

export function concatenatedShape(inputs: readonly KerasShape[], axis: number): KerasShape {
  const first = inputs[0]!;
  const [along] = axisList(axis, first.length);
  return first.map((length, i) => {
    const lengths = inputs.map((shape) => shape[i] ?? null);
    if (i === along)
      return lengths.reduce((sum, n) => (sum === null || n === null ? null : sum + n));
    const known = lengths.filter((n) => n !== null);
    if (known.some((n) => n !== known[0]))
      throw new StriateError(
        `inputs ${inputs.map(formatShape).join(", ")} differ beside axis ${axis}`,
      );
    return known[0] ?? length;
  });
}

export function concatenateInputs(
  { b, inputs, arrange }: Pick<LowerContext<unknown>, "b" | "inputs" | "arrange">,
  axis: number,
): SymbolicTensor {
  const first = inputs[0]!;
  const { order } = first;
  const [along] = axisList(axis, order.length);
  const values = inputs.map((x) => arrange(x, order));
  const value =
    values.length === 1 ? values[0]! : b.op("Concat", values, { axis: order.indexOf(along!) });
  return {
    ...first,
    value,
    shape: concatenatedShape(
      inputs.map((x) => x.shape),
      axis,
    ),
  };
}
