import { normalizeAxis } from "../base/shape.ts";
import { attr, defineOp, type OpDefinition } from "./define-op.ts";
import { sameShape } from "./elementwise.ts";

// Probabilities along an axis (of opset 13 and newer; before, the axes from `axis` on were flattened).

const axis = attr.int(-1);

export const softmaxOps: readonly OpDefinition[] = [
  // dx = y (g - sum(g y))
  defineOp({
    type: "Softmax",
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
    attributes: { axis },
    shape: sameShape,
    gradient({ f, grad, outputs: [y], shape, attributes }) {
      const along = [normalizeAxis(attributes.axis, shape(0).length)];
      return [f.sub(grad, f.mul(f.apply("Exp", y!), f.sum(grad, along)))];
    },
  }),
  defineOp({ type: "Hardmax", attributes: { axis }, shape: sameShape, gradient: "zero" }),
];
