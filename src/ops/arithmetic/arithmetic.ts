import type { DataType } from "../../base/tensor.ts";
import type { Dim, ValueType } from "../../graph/graph.ts";
import {
  attr,
  defineOp,
  type GradientRule,
  type OpDefinition,
  type ShapeContext,
} from "../define-op.ts";
import { addDims, broadcastDims, productOf, quotientOf, subtractDims } from "../facts/dims.ts";
import { type Known, zip } from "../facts/known.ts";
import { pointwise } from "../facts/pointwise.ts";
import { elementwise, elementwiseSum } from "../facts/rows.ts";

// Arithmetic with broadcasting. The rules return gradients of the broadcast shape; the walk sums them
// down to each input's own.

/** Type of the first input, and the shape that all inputs broadcast to. */
export function broadcastShape(context: ShapeContext<unknown>): ValueType[] {
  const count = context.node.inputs.length;
  const shapes = Array.from({ length: count }, (_, i) => context.shape(i));
  return [{ type: context.type(0), shape: broadcastDims(shapes) }];
}

/** The elements of the result, where those of all inputs are known. */
export function knownBy(
  combine: (type: DataType, ...items: Dim[]) => Dim,
): (context: ShapeContext<unknown>) => Known | undefined {
  return (context) => {
    const values = context.node.inputs.map((_, i) => context.known(i));
    if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
    const type = context.type(0);
    return zip(type, values as Known[], (...items) => combine(type, ...items));
  };
}

/** A combination that is only known for numbers. */
const ofNumbers =
  (combine: (a: number, b: number) => number) =>
  (_: DataType, a: Dim, b: Dim): Dim =>
    typeof a === "number" && typeof b === "number" ? combine(a, b) : null;

function binary(
  type: string,
  combine: (type: DataType, a: Dim, b: Dim) => Dim,
  gradient: GradientRule<object>,
  weight: string,
  rows = elementwise,
): OpDefinition {
  return defineOp({
    type,
    ...pointwise,
    role: "arithmetic",
    weights: [weight, weight],
    rows,
    shape: broadcastShape,
    known: knownBy(combine as never),
    gradient,
  });
}

export const arithmeticOps: readonly OpDefinition[] = [
  // d(a + b) = da + db
  binary(
    "Add",
    (_, a, b) => addDims(a, b),
    ({ grad }) => [grad, grad],
    "bias",
    elementwiseSum,
  ),
  // d(a - b) = da - db
  binary(
    "Sub",
    (_, a, b) => subtractDims(a, b),
    ({ f, grad }) => [grad, f.apply("Neg", grad)],
    "bias",
  ),
  // d(a b) = b da + a db
  binary(
    "Mul",
    (_, a, b) => productOf([a, b]),
    ({ f, grad, inputs: [a, b] }) => [f.mul(grad, b!), f.mul(grad, a!)],
    "scale",
  ),
  // d(a / b) = da / b - (a / b) db / b
  binary(
    "Div",
    (type, a, b) =>
      typeof a === "number" && typeof b === "number"
        ? a / b
        : type === "int64"
          ? quotientOf([a], [b])
          : null,
    ({ f, grad, inputs: [, b], outputs: [y] }) => {
      const da = f.div(grad, b!);
      return [da, f.apply("Neg", f.mul(da, y!))];
    },
    "scale",
  ),
  // d(a ^ b) = b a^(b-1) da + a^b ln(a) db; the second is 0 where a <= 0, as in TensorFlow
  defineOp({
    type: "Pow",
    ...pointwise,
    role: "arithmetic",
    shape: broadcastShape,
    known: knownBy(ofNumbers(Math.pow) as never),
    gradient({ f, grad, inputs, outputs: [y], type }) {
      const a = inputs[0]!;
      // The exponent may be of another type, even an integer.
      const b = type(1) === f.type ? inputs[1]! : f.cast(inputs[1]!, f.type);
      // b = 0: the power is constant, and 0 * 0^-1 must not become NaN.
      const power = f.pow(a, f.where(f.equal(b, 0), 1, f.sub(b, 1)));
      const positive = f.greater(a, 0);
      const logarithm = f.where(positive, f.apply("Log", f.where(positive, a, 1)), 0);
      return [f.mul(grad, b, power), f.mul(grad, y!, logarithm)];
    },
  }),
  // fmod: d(a mod b) = da - trunc(a / b) db; Python's: floor in place of trunc
  defineOp({
    type: "Mod",
    ...pointwise,
    role: "arithmetic",
    attributes: { fmod: attr.int(0) },
    shape: broadcastShape,
    known: knownBy(ofNumbers((a, b) => a - Math.floor(a / b) * b) as never),
    gradient({ f, grad, inputs: [a, b], outputs: [y] }) {
      // (y - a) / b is minus the whole number of times that b went into a.
      const times = f.apply("Round", f.div(f.sub(y!, a!), b!));
      return [grad, f.mul(grad, times)];
    },
  }),
  extreme("Max", Math.max, "LessOrEqual"),
  extreme("Min", Math.min, "GreaterOrEqual"),
  // d(sum) = sum of the d's
  defineOp({
    type: "Sum",
    ...pointwise,
    role: "merging",
    shape: broadcastShape,
    gradient: ({ grad, inputs }) => inputs.map(() => grad),
  }),
  // d(mean) = mean of the d's
  defineOp({
    type: "Mean",
    ...pointwise,
    role: "arithmetic",
    shape: broadcastShape,
    gradient({ f, grad, inputs }) {
      const part = f.div(grad, inputs.length);
      return inputs.map(() => part);
    },
  }),
];

/**
 * dy goes to the input that is the extreme, and where several are equal to the first one, as
 * `tf.maximum` and `tf.minimum` give ties to x.
 */
function extreme(
  type: "Max" | "Min",
  combine: (...values: number[]) => number,
  loses: "LessOrEqual" | "GreaterOrEqual",
): OpDefinition {
  return defineOp({
    type,
    ...pointwise,
    role: "arithmetic",
    shape: broadcastShape,
    known: knownBy((_, ...items) =>
      items.every((item) => typeof item === "number") ? combine(...(items as number[])) : null,
    ),
    gradient({ f, b, grad, inputs }) {
      // From the last input to the first: each takes its part of what the later ones left over.
      const before: string[] = [inputs[0]!];
      for (const input of inputs.slice(1)) before.push(b.op(type, [before.at(-1)!, input]));
      const grads = new Array<string>(inputs.length);
      let rest = grad;
      for (let i = inputs.length - 1; i > 0; i--) {
        const first = b.op(loses, [inputs[i]!, before[i - 1]!]);
        grads[i] = f.where(first, 0, rest);
        rest = f.where(first, rest, 0);
      }
      grads[0] = rest;
      return grads;
    },
  });
}
