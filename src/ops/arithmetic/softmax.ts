import { normalizeAxis } from "../../base/shape.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { sameShape } from "./elementwise.ts";
import { noWeights } from "../facts/role.ts";
import { axisAttribute, besides } from "../facts/rows.ts";
import { type SightContext, mixing } from "../facts/sight.ts";

// Probabilities along an axis (of opset 13 and newer; before, the axes from `axis` on were flattened).

const axis = attr.int(-1);

const softmax = {
  role: "activation",
  weights: noWeights,
  rows: { rule: besides(axisAttribute(-1)) },
  sees: mixing(({ attributes }: SightContext<{ axis: number }>, rank) => [
    normalizeAxis(attributes.axis, rank),
  ]),
  multiplyAdds: 0,
} as const;

export const softmaxOps: readonly OpDefinition[] = [
  // dx = y (g - sum(g y))
  defineOp({
    type: "Softmax",
    ...softmax,
    attributes: { axis },
    shape: sameShape,
    gradient({ f, grad, outputs: [y], shape, attributes }) {
      const along = [normalizeAxis(attributes.axis, shape(0).length)];
      return [f.mul(y!, f.sub(grad, f.sum(f.mul(grad, y!), along)))];
    },
  }),
  // dx = g - e^y sum(g)
  defineOp({
    type: "LogSoftmax",
    ...softmax,
    attributes: { axis },
    shape: sameShape,
    gradient({ f, grad, outputs: [y], shape, attributes }) {
      const along = [normalizeAxis(attributes.axis, shape(0).length)];
      return [f.sub(grad, f.mul(f.apply("Exp", y!), f.sum(grad, along)))];
    },
  }),
  defineOp({
    type: "Hardmax",
    ...softmax,
    attributes: { axis },
    shape: sameShape,
    gradient: "zero",
  }),
];
