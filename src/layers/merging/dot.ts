import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { type Axes, axesField } from "../../base/axes-field.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { unitLength } from "../normalization/moments.ts";
import { axisList, knownLength, plainTensor } from "../symbolic.ts";

/**
 * The dot product of two inputs along an axis of each, example by example; with `normalize` the
 * cosine of the angle between them.
 *
 * Source: https://keras.io/api/layers/merging_layers/dot/
 */
export const dot = defineLayer({
  className: "Dot",
  kind: "merging",
  fields: { ...commonFields, axes: axesField(-1), normalize: field.boolean(false) },
  outputShape: (config, inputs) => dotShape(inputs, config.axes),
  lower: (context) => dotInputs(context, context.config.axes, context.config.normalize),
});

function axesOf(axes: Axes, [x, y]: readonly KerasShape[]): [number, number] {
  const [first, second = first] = Array.isArray(axes) ? (axes as number[]) : [axes as number];
  return [axisList(first, x!.length)[0]!, axisList(second, y!.length)[0]!];
}

const without = (shape: KerasShape, axis: number) => shape.filter((_, i) => i !== 0 && i !== axis);

export function dotShape(inputs: readonly KerasShape[], axes: Axes): KerasShape {
  if (inputs.length !== 2) throw new StriateError(`takes two inputs, got ${inputs.length}`);
  const [x, y] = inputs as [KerasShape, KerasShape];
  const [a, b] = axesOf(axes, inputs);
  if (x[a] !== null && y[b] !== null && x[a] !== y[b])
    throw new StriateError(
      `axis ${a} of the first input is ${x[a]} long, axis ${b} of the second ${y[b]}`,
    );
  const rest = [...without(x, a), ...without(y, b)];
  return [x[0] ?? null, ...(rest.length === 0 ? [1] : rest)];
}

export function dotInputs(
  context: Pick<LowerContext<unknown>, "b" | "inputs" | "arrange">,
  axes: Axes,
  normalize: boolean,
): SymbolicTensor {
  const { b, inputs, arrange } = context;
  const shapes = inputs.map((x) => x.shape);
  const along = axesOf(axes, shapes);
  const shape = dotShape(shapes, axes);
  const [left, right] = inputs.map((x, i) => {
    const rest = x.shape.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== along[i]);
    // (N, rest, axis) times (N, axis, rest).
    const order = i === 0 ? [0, ...rest, along[i]!] : [0, along[i]!, ...rest];
    const value = arrange(x, order);
    const unit = normalize ? unitLength(b, value, [i === 0 ? rest.length + 1 : 1]) : value;
    return matrix(b, unit, x.shape, rest, i === 0 ? 1 : 2);
  });
  const product = b.op("MatMul", [left!, right!]);
  const target = shape.slice(1).map((_, i) => knownLength(shape, i + 1));
  return plainTensor(b.op("Reshape", [product, b.i64([0, ...target])]), shape);
}

/** Makes one axis, at `place`, of all the axes that are kept. */
function matrix(
  b: GraphBuilder,
  value: string,
  shape: KerasShape,
  rest: readonly number[],
  place: 1 | 2,
): string {
  if (rest.length === 1) return value;
  if (rest.length === 0) return b.op("Unsqueeze", [value, b.i64([place])]);
  const size = rest.reduce((product, axis) => product * knownLength(shape, axis), 1);
  return b.op("Reshape", [value, b.i64(place === 1 ? [0, size, -1] : [0, -1, size])]);
}
