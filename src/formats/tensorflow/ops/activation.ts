import { UnsupportedError } from "../../../base/errors.ts";
import { float } from "../../../graph/attributes.ts";
import type { GraphBuilder } from "../../../graph/builder.ts";
import type { TfAttributes } from "../graph-def.ts";
import type { TfOp } from "../define-op.ts";

type Write = (b: GraphBuilder, x: string, attributes: TfAttributes) => string;

/** Activations by TensorFlow's name, each of one value. */
const activations: Readonly<Record<string, Write>> = {
  Relu: (b, x) => b.op("Relu", [x]),
  Relu6: (b, x) => b.op("Clip", [x, b.f32(0), b.f32(6)]),
  LeakyRelu: (b, x, attributes) =>
    b.op("LeakyRelu", [x], { alpha: float(attributes.real("alpha", 0.2)) }),
  Elu: (b, x) => b.op("Elu", [x]),
  Selu: (b, x) => b.op("Selu", [x]),
  Sigmoid: (b, x) => b.op("Sigmoid", [x]),
  Tanh: (b, x) => b.op("Tanh", [x]),
  Softplus: (b, x) => b.op("Softplus", [x]),
  Softsign: (b, x) => b.op("Softsign", [x]),
  Erf: (b, x) => b.op("Erf", [x]),
};

export const activationOps: readonly TfOp[] = [
  ...Object.entries(activations).map(([ops, write]): TfOp => ({
    ops,
    kind: "activation",
    lower({ b, input, arrange, attributes }) {
      const x = input(0);
      return { value: write(b, arrange(x, x.order), attributes), order: x.order };
    },
  })),
  ...["Softmax", "LogSoftmax"].map((ops): TfOp => ({
    ops,
    kind: "activation",
    lower({ b, input, arrange, rank }) {
      const x = input(0);
      // TensorFlow's last axis, wherever it lies in the graph.
      const axis = x.order.indexOf(rank(x) - 1);
      return { value: b.op(ops, [arrange(x, x.order)], { axis }), order: x.order };
    },
  })),
];

/**
 * The activation that a fused op applies last.
 * @throws StriateError where it is not known
 */
export function fusedActivation(
  b: GraphBuilder,
  x: string,
  name: string,
  attributes: TfAttributes,
): string {
  if (name === "LeakyRelu")
    return b.op("LeakyRelu", [x], { alpha: float(attributes.real("leakyrelu_alpha", 0.2)) });
  const write = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (write === undefined) throw new UnsupportedError(`the fused op "${name}" is not known`);
  return write(b, x, attributes);
}
