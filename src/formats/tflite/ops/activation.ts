import { UnsupportedError } from "../../../base/errors.ts";
import type { GraphBuilder } from "../../../graph/builder.ts";
import { gelu } from "../../../layers/activation/activations.ts";
import type { TfContext } from "../../tensorflow/define-op.ts";
import { type TfliteOp, alike, as } from "../define-op.ts";

/** Activations that TensorFlow has no op for. */
const own: Readonly<Record<string, (b: GraphBuilder, x: string, context: TfContext) => string>> = {
  RELU_N1_TO_1: (b, x) => b.op("Clip", [x, b.f32(-1), b.f32(1)]),
  RELU_0_TO_1: (b, x) => b.op("Clip", [x, b.f32(0), b.f32(1)]),
  HARD_SWISH: (b, x) => b.op("HardSwish", [x]),
  GELU: (b, x, { attributes }) => gelu(b, x, attributes.flag("approximate")),
  SIGN: (b, x) => b.op("Sign", [x]),
};

export const activationOps: readonly TfliteOp[] = [
  ...alike("activation", {
    RELU: "Relu",
    RELU6: "Relu6",
    ELU: "Elu",
    TANH: "Tanh",
    LOGISTIC: "Sigmoid",
    LOG_SOFTMAX: "LogSoftmax",
    PRELU: "Prelu",
  }),
  ...alike("activation", { LEAKY_RELU: "LeakyRelu" }, (o) => ({ alpha: { f: o.real(0) } })),
  ...Object.entries(own).map(([ops, write]): TfliteOp => ({
    ops,
    kind: "activation",
    ...(ops === "GELU" ? { options: (o) => ({ approximate: { b: o.flag(0) } }) } : {}),
    lower(context) {
      const x = context.input(0);
      return { value: write(context.b, context.arrange(x, x.order), context), order: x.order };
    },
  })),
  {
    ops: "SOFTMAX",
    kind: "activation",
    options: (o) => ({ beta: { f: o.real(0, 1) } }),
    lower(context) {
      const { b, attributes, input, arrange } = context;
      const beta = attributes.real("beta", 1);
      if (beta === 1) return as("Softmax")(context);
      const x = input(0);
      const value = b.op("Mul", [arrange(x, x.order), b.f32(beta)]);
      return as("Softmax")({ ...context, input: () => ({ value, order: x.order }) });
    },
  },
];

/** The activation that an op applies last, by its name in the file. */
export function fusedActivation(b: GraphBuilder, x: string, name: string): string {
  if (name === "RELU") return b.op("Relu", [x]);
  if (name === "RELU6") return b.op("Clip", [x, b.f32(0), b.f32(6)]);
  if (name === "TANH") return b.op("Tanh", [x]);
  if (name === "RELU_N1_TO_1") return b.op("Clip", [x, b.f32(-1), b.f32(1)]);
  throw new UnsupportedError(`the fused activation ${name} is not known`);
}
