import { broadcastDims } from "../facts/dims.ts";
import {
  attr,
  defineOp,
  type AttributeSpecs,
  type AttributeValues,
  type OpDefinition,
} from "../define-op.ts";
import { sameShape } from "./elementwise.ts";
import type { Formula } from "../facts/formula.ts";
import { pointwise } from "../facts/pointwise.ts";

// Activations. In every rule g = dL/dy, and s is the logistic function 1 / (1 + e^-x).

function activation<const S extends AttributeSpecs>(
  type: string,
  attributes: S,
  derivative: (f: Formula, g: string, x: string, y: string, a: AttributeValues<S>) => string,
): OpDefinition {
  return defineOp({
    type,
    ...pointwise,
    role: "activation",
    attributes,
    shape: sameShape,
    gradient: ({ f, grad, inputs: [x], outputs: [y], attributes: values }) => [
      derivative(f, grad, x!, y!, values),
    ],
  });
}

export const activationOps: readonly OpDefinition[] = [
  // y = max(x, 0): dx = g where y > 0; 0 at 0, as in TensorFlow
  activation("Relu", {}, (f, g, _, y) => f.mul(g, f.indicator(f.greater(y, 0)))),
  // y = x > 0 ? x : alpha x: dx = g or alpha g; alpha g at 0, as in TensorFlow
  activation("LeakyRelu", { alpha: attr.float(0.01) }, (f, g, x, _, { alpha }) =>
    f.where(f.greater(x, 0), g, f.mul(g, alpha)),
  ),
  // y = x > 0 ? x : slope x: dx as LeakyRelu, d slope = x g where x <= 0
  defineOp({
    type: "PRelu",
    ...pointwise,
    role: "activation",
    weights: [null, "alpha"],
    shape: ({ type, shape }) => {
      broadcastDims([shape(0), shape(1)]);
      return [{ type: type(0), shape: shape(0) }];
    },
    gradient({ f, grad, inputs: [x, slope] }) {
      const positive = f.greater(x!, 0);
      return [f.where(positive, grad, f.mul(grad, slope!)), f.where(positive, 0, f.mul(grad, x!))];
    },
  }),
  // y = s(x): dx = g y (1 - y)
  activation("Sigmoid", {}, (f, g, _, y) => f.mul(g, y, f.sub(1, y))),
  // y = x > 0 ? x : alpha (e^x - 1): dx = g or g (y + alpha); the latter at 0, as in TensorFlow
  activation("Elu", { alpha: attr.float(1) }, (f, g, x, y, { alpha }) =>
    f.where(f.greater(x, 0), g, f.mul(g, f.add(y, alpha))),
  ),
  // y = gamma (x > 0 ? x : alpha (e^x - 1)): dx = gamma g or g (y + gamma alpha); gamma g at 0, as in TensorFlow
  activation(
    "Selu",
    { alpha: attr.float(1.6732632423543772), gamma: attr.float(1.0507009873554805) },
    (f, g, x, y, { alpha, gamma }) =>
      f.where(f.less(x, 0), f.mul(g, f.add(y, gamma * alpha)), f.mul(g, gamma)),
  ),
  // y = max(x, 0) + min(alpha (e^(x/alpha) - 1), 0): dx = g or g (y / alpha + 1)
  activation("Celu", { alpha: attr.float(1) }, (f, g, x, y, { alpha }) =>
    f.where(f.greater(x, 0), g, f.mul(g, f.add(f.div(y, alpha), 1))),
  ),
  // y = ln(1 + e^x): dx = g s(x)
  activation("Softplus", {}, (f, g, x) => f.mul(g, f.apply("Sigmoid", x))),
  // y = x / (1 + |x|): dx = g / (1 + |x|)²
  activation("Softsign", {}, (f, g, x) => {
    const base = f.add(1, f.apply("Abs", x));
    return f.div(g, f.mul(base, base));
  }),
  // y = min(max(alpha x + beta, 0), 1): dx = alpha g where 0 < y < 1; 0 at the corners, as in TensorFlow
  activation(
    "HardSigmoid",
    { alpha: attr.float(0.2), beta: attr.float(0.5) },
    (f, g, _, y, { alpha }) =>
      f.where(f.greater(y, 0), f.where(f.less(y, 1), f.mul(g, alpha), 0), 0),
  ),
  // y = x min(max(x/6 + 1/2, 0), 1): dx = g (h + x/6 where 0 < h < 1), h being the second factor
  activation("HardSwish", {}, (f, g, x) => {
    const h = f.b.op("HardSigmoid", [x], { alpha: { kind: "float", value: 1 / 6 } });
    const inside = f.where(f.greater(h, 0), f.where(f.less(h, 1), f.div(x, 6), 0), 0);
    return f.mul(g, f.add(h, inside));
  }),
  // y = x s(alpha x): dx = g (s + alpha y (1 - s))
  activation("Swish", { alpha: attr.float(1) }, (f, g, x, y, { alpha }) => {
    const s = f.apply("Sigmoid", alpha === 1 ? x : f.mul(x, alpha));
    return f.mul(g, f.add(s, f.mul(y, f.sub(1, s), alpha)));
  }),
  // y = x tanh(softplus x): with t the tanh, dx = g (t + x (1 - t²) s)
  activation("Mish", {}, (f, g, x) => {
    const t = f.apply("Tanh", f.apply("Softplus", x));
    const slope = f.mul(x, f.sub(1, f.mul(t, t)), f.apply("Sigmoid", x));
    return f.mul(g, f.add(t, slope));
  }),
  activation("Gelu", { approximate: attr.string("none") }, (f, g, x, _, { approximate }) =>
    f.mul(g, approximate === "tanh" ? geluTanhSlope(f, x) : geluSlope(f, x)),
  ),
  // y = x > alpha ? x : 0: dx = g where x > alpha
  activation("ThresholdedRelu", { alpha: attr.float(1) }, (f, g, x, _, { alpha }) =>
    f.where(f.greater(x, alpha), g, 0),
  ),
  // y = x < -lambd ? x + bias : x > lambd ? x - bias : 0: dx = g outside of [-lambd, lambd]
  activation("Shrink", { bias: attr.float(0), lambd: attr.float(0.5) }, (f, g, x, _, { lambd }) =>
    f.where(f.greater(f.apply("Abs", x), lambd), g, 0),
  ),
];

/** y = x P(x), P the normal distribution: y' = P + x p, with p(x) = e^(-x²/2) / sqrt(2 pi). */
function geluSlope(f: Formula, x: string): string {
  const cumulative = f.mul(f.add(f.apply("Erf", f.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = f.mul(f.apply("Exp", f.mul(x, x, -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return f.add(cumulative, f.mul(x, density));
}

/** y = x/2 (1 + t), t = tanh(k (x + c x³)): y' = (1 + t)/2 + x/2 (1 - t²) k (1 + 3 c x²). */
function geluTanhSlope(f: Formula, x: string): string {
  const k = Math.sqrt(2 / Math.PI);
  const c = 0.044715;
  const square = f.mul(x, x);
  const t = f.apply("Tanh", f.mul(x, f.add(f.mul(square, c), 1), k));
  const inner = f.mul(f.add(f.mul(square, 3 * c), 1), k);
  const rise = f.mul(x, f.sub(1, f.mul(t, t)), inner);
  return f.mul(f.add(f.add(t, rise), 1), 0.5);
}
