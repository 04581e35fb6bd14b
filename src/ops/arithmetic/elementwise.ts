import { StriateError } from "../../base/errors.ts";
import type { DataType } from "../../base/tensor.ts";
import { typeOfCode } from "../../graph/protobuf/types.ts";
import type { ValueType } from "../../graph/graph.ts";
import {
  attr,
  defineOp,
  type GradientContext,
  type OpDefinition,
  type ShapeContext,
} from "../define-op.ts";
import type { Formula } from "../facts/formula.ts";
import { known } from "../facts/known.ts";
import { pointwise } from "../facts/pointwise.ts";
import type { OpRole } from "../facts/role.ts";
import { passedOn } from "../facts/rows.ts";
import { ofFirst } from "../facts/sight.ts";

// Functions of one input, element by element.

/** Type and shape of the first input. */
export function sameShape(context: ShapeContext<unknown>): ValueType[] {
  return [{ type: context.type(0), shape: context.shape(0) }];
}

/** What a derivative is written with: g = dL/dy, x, y = f(x). */
type Derivative = (f: Formula, g: string, x: string, y: string) => string;

function unary(
  type: string,
  gradient: Derivative | "zero",
  value?: (x: number) => number,
  role: OpRole = "arithmetic",
): OpDefinition {
  return defineOp({
    type,
    ...pointwise,
    role,
    shape: sameShape,
    known:
      value &&
      ((context) => {
        const x = context.known(0);
        return (
          x &&
          known(
            x.type,
            x.shape,
            x.items.map((item) => (typeof item === "number" ? value(item) : null)),
          )
        );
      }),
    gradient:
      gradient === "zero"
        ? "zero"
        : ({ f, grad, inputs: [x], outputs: [y] }) => [gradient(f, grad, x!, y!)],
  });
}

const passOn = ({ grad }: GradientContext<unknown>) => [grad];

export const elementwiseOps: readonly OpDefinition[] = [
  // y = -x: dx = -g
  unary(
    "Neg",
    (f, g) => f.apply("Neg", g),
    (x) => -x,
  ),
  // y = |x|: dx = g sign(x), 0 at 0
  unary("Abs", (f, g, x) => f.mul(g, f.apply("Sign", x)), Math.abs),
  // y = e^x: dx = g y
  unary("Exp", (f, g, _, y) => f.mul(g, y)),
  // y = ln x: dx = g / x
  unary("Log", (f, g, x) => f.div(g, x)),
  // y = sqrt x: dx = g / (2 y)
  unary("Sqrt", (f, g, _, y) => f.div(f.mul(g, 0.5), y), Math.sqrt),
  // y = 1 / x: dx = -g y²
  unary(
    "Reciprocal",
    (f, g, _, y) => f.apply("Neg", f.mul(g, y, y)),
    (x) => 1 / x,
  ),
  unary("Sin", (f, g, x) => f.mul(g, f.apply("Cos", x))),
  unary("Cos", (f, g, x) => f.apply("Neg", f.mul(g, f.apply("Sin", x)))),
  // y = tan x: dx = g (1 + y²)
  unary("Tan", (f, g, _, y) => f.mul(g, f.add(1, f.mul(y, y)))),
  // dx = g / sqrt(1 - x²)
  unary("Asin", (f, g, x) => f.div(g, f.apply("Sqrt", f.sub(1, f.mul(x, x))))),
  unary("Acos", (f, g, x) => f.apply("Neg", f.div(g, f.apply("Sqrt", f.sub(1, f.mul(x, x)))))),
  // dx = g / (1 + x²)
  unary("Atan", (f, g, x) => f.div(g, f.add(1, f.mul(x, x)))),
  // y = sinh x: dx = g cosh x = g sqrt(1 + y²)
  unary("Sinh", (f, g, _, y) => f.mul(g, f.apply("Sqrt", f.add(1, f.mul(y, y))))),
  unary("Cosh", (f, g, x) => f.mul(g, f.apply("Sinh", x))),
  // dx = g (1 - y²)
  unary("Tanh", (f, g, _, y) => f.mul(g, f.sub(1, f.mul(y, y))), undefined, "activation"),
  // dx = g / sqrt(x² + 1)
  unary("Asinh", (f, g, x) => f.div(g, f.apply("Sqrt", f.add(f.mul(x, x), 1)))),
  // dx = g / sqrt(x² - 1)
  unary("Acosh", (f, g, x) => f.div(g, f.apply("Sqrt", f.sub(f.mul(x, x), 1)))),
  // dx = g / (1 - x²)
  unary("Atanh", (f, g, x) => f.div(g, f.sub(1, f.mul(x, x)))),
  // y = erf x: dx = g 2/sqrt(pi) e^(-x²)
  unary(
    "Erf",
    (f, g, x) =>
      f.mul(g, f.mul(f.apply("Exp", f.apply("Neg", f.mul(x, x))), 2 / Math.sqrt(Math.PI))),
    undefined,
    "activation",
  ),
  unary("Sign", "zero", Math.sign),
  unary("Floor", "zero", Math.floor),
  unary("Ceil", "zero", Math.ceil),
  unary("Round", "zero"),
  unary("BitwiseNot", "zero"),

  defineOp({
    type: "Identity",
    ...pointwise,
    role: "notation",
    rows: passedOn,
    shape: sameShape,
    known: (context) => context.known(0),
    gradient: passOn,
  }),
  // At inference Dropout passes its input on. In training mode the mask y[1] says what was kept:
  // dx = g mask / (1 - ratio)
  defineOp({
    type: "Dropout",
    ...pointwise,
    role: "regularization",
    rows: "whole",
    results: 1,
    attributes: { ratio: attr.float(), seed: attr.int() },
    shape: (context) => [
      ...sameShape(context),
      { type: context.opset < 10 ? context.type(0) : "bool", shape: context.shape(0) },
    ],
    gradient({ f, grad, inputs, outputs, constant, has }) {
      if (!has(2) || constant(2)?.data[0] === 0) return [grad, null, null];
      const mask = outputs[1];
      if (!mask)
        throw new StriateError(
          "a Dropout in training mode needs its mask as second output for a gradient",
        );
      const scale = has(1) ? f.sub(1, f.cast(inputs[1]!, f.type)) : 0.5;
      return [f.div(f.mul(grad, f.indicator(mask)), scale), null, null];
    },
    modes: {
      inference: (node) => ({ ...node, inputs: node.inputs.slice(0, 2) }),
      // The mask is drawn outside of the graph, so that a training can be repeated: y = x mask
      training({ node, b, shape, constant, dropout }) {
        const [x, ratio] = node.inputs as [string, string?];
        const rate = ratio ? Number(constant(1)?.data[0]) : 0.5;
        if (!(rate >= 0 && rate < 1))
          throw new StriateError("its ratio is no constant from 0 to 1, and training draws by it");
        const [y] = node.outputs as [string];
        if (rate === 0) b.op("Identity", [x], {}, { outputs: [y] });
        else b.op("Mul", [x, dropout(rate, shape(0))], {}, { outputs: [y] });
      },
    },
  }),
  // Between floating types the gradient is cast back; there is none through an integer.
  defineOp({
    type: "Cast",
    ...pointwise,
    role: "notation",
    attributes: { to: attr.int(), saturate: attr.int(1) },
    shape: ({ attributes, shape }) => [{ type: typeOfCode(attributes.to ?? 0), shape: shape(0) }],
    known: ({ attributes, known: of }) => castKnown(of(0), typeOfCode(attributes.to ?? 0)),
    gradient: ({ f, grad, type }) => [f.cast(grad, type(0))],
  }),
  defineOp({
    type: "CastLike",
    ...pointwise,
    role: "notation",
    rows: "whole",
    sees: ofFirst,
    attributes: { saturate: attr.int(1) },
    shape: ({ shape, type }) => [{ type: type(1), shape: shape(0) }],
    known: ({ type, known: of }) => castKnown(of(0), type(1)),
    gradient: ({ f, grad, type }) => [f.cast(grad, type(0)), null],
  }),
  // y = min(max(x, low), high): dx = g where low <= x <= high (the edges too, as tf.clip_by_value; not
  // those of 0 and 6, as tf.nn.relu6); what is cut off goes to the bound that cut it
  defineOp({
    type: "Clip",
    ...pointwise,
    role: "activation",
    attributes: { min: attr.float(), max: attr.float() },
    shape: sameShape,
    known: (context) => {
      const [x, low, high] = [context.known(0), context.numbers(1), context.numbers(2)];
      if (!x || (context.has(1) && !low) || (context.has(2) && !high)) return undefined;
      const items = x.items.map((item) =>
        typeof item === "number"
          ? Math.min(Math.max(item, low?.[0] ?? -Infinity), high?.[0] ?? Infinity)
          : null,
      );
      return known(x.type, x.shape, items);
    },
    gradient({ f, grad, inputs: [x, low, high], numbers }) {
      if (numbers(1)?.[0] === 0 && numbers(2)?.[0] === 6) {
        const inside = f.where(f.less(x!, high!), grad, 0);
        return [f.where(f.greater(x!, low!), inside, 0), null, null];
      }
      const below = low ? f.less(x!, low) : undefined;
      const above = high ? f.greater(x!, high) : undefined;
      const kept = below ? f.where(below, 0, grad) : grad;
      return [
        above ? f.where(above, 0, kept) : kept,
        below ? f.where(below, grad, 0) : null,
        above ? f.where(above, grad, 0) : null,
      ];
    },
  }),
];

function castKnown(value: ReturnType<typeof known>, type: DataType): ReturnType<typeof known> {
  return value && known(type, value.shape, value.items);
}
