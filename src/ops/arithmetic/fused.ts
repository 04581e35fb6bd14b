import { convCost, convDims, convSight } from "../windows/conv.ts";
import { convAttributes } from "../windows/window-attributes.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { sameShape } from "./elementwise.ts";
import { gemmCost } from "./matmul.ts";
import { pointwise } from "../facts/pointwise.ts";

// ONNX Runtime's own ops, which it writes into files that it has optimised: shapes only. Each stands for
// standard ops, and the file before optimisation has gradients.

const domain = "com.microsoft";

export const fusedOps: readonly OpDefinition[] = [
  // Conv, then an addition and an activation
  defineOp({
    type: "FusedConv",
    domain,
    role: "convolution",
    weights: [null, "kernel", "bias"],
    rows: "whole",
    sees: convSight,
    multiplyAdds: (c) => convCost(c, 1),
    attributes: { ...convAttributes, activation: attr.string(), activation_params: attr.floats() },
    shape: (context) => [{ type: context.type(0), shape: convDims(context, 1) }],
    gradient: "unsupported",
  }),
  defineOp({
    type: "FusedGemm",
    domain,
    role: "dense",
    weights: ["kernel", "kernel", "bias"],
    rows: "whole",
    sees: "all",
    multiplyAdds: gemmCost,
    attributes: {
      activation: attr.string(),
      activation_alpha: attr.float(),
      activation_beta: attr.float(),
      activation_gamma: attr.float(),
      alpha: attr.float(1),
      beta: attr.float(1),
      transA: attr.int(0),
      transB: attr.int(0),
    },
    shape({ attributes: { transA, transB }, shape, type }) {
      const rows = shape(0)?.[transA ? 1 : 0] ?? null;
      const columns = shape(1)?.[transB ? 0 : 1] ?? null;
      return [{ type: type(0), shape: [rows, columns] }];
    },
    gradient: "unsupported",
  }),
  ...["Gelu", "FastGelu", "BiasGelu"].map((type) =>
    defineOp({
      type,
      domain,
      ...pointwise,
      role: "activation",
      weights: [null, "bias"],
      rows: "whole",
      shape: sameShape,
      gradient: "unsupported",
    }),
  ),
  defineOp({
    type: "QuickGelu",
    domain,
    ...pointwise,
    role: "activation",
    rows: "whole",
    attributes: { alpha: attr.float(1.702) },
    shape: sameShape,
    gradient: "unsupported",
  }),
];
