import { defineOp, type OpDefinition } from "../define-op.ts";
import { matmulDims } from "../arithmetic/matmul.ts";
import { mixesAll } from "../facts/pointwise.ts";
import type { OpRole, OpWeights } from "../facts/role.ts";
import { ofFirst } from "../facts/sight.ts";

// Ops that exporters and optimisers write and that striate can name and show, no more: their type is
// that of the first input, and their shape is what the file says.

const contrib = "com.microsoft";

function named(
  type: string,
  domain: string,
  role: OpRole,
  weights: OpWeights = [],
  more: Partial<Pick<OpDefinition, "sees" | "shape" | "multiplyAdds">> = {},
): OpDefinition {
  return defineOp({
    type,
    domain,
    ...mixesAll,
    role,
    weights,
    shape: ({ node, type: typeOf }) => node.outputs.map(() => ({ type: typeOf(0), shape: null })),
    gradient: "unsupported",
    ...more,
  });
}

const matrix = {
  shape: ({ type, shape }) => [{ type: type(0), shape: matmulDims(shape(0), shape(1)) }],
} satisfies Partial<OpDefinition>;

const sameAsFirst = {
  shape: ({ type, shape }) => [{ type: type(0), shape: shape(0) }],
} satisfies Partial<OpDefinition>;

export const namedOps: readonly OpDefinition[] = [
  named("NhwcConv", contrib, "convolution", [null, "kernel", "bias"]),
  named("QLinearAveragePool", contrib, "pooling"),
  named("QLinearConcat", contrib, "merging"),
  named("FusedMatMul", contrib, "dense", ["kernel", "kernel"]),
  named("MatMulNBits", contrib, "dense", [null, "kernel", "scales", "zero_points"]),
  named("DynamicQuantizeMatMul", contrib, "dense", [null, "kernel", null, null, "bias"], matrix),
  named("SkipLayerNormalization", contrib, "normalization", [null, null, "gamma", "beta", "bias"], {
    ...sameAsFirst,
  }),
  named("GroupNorm", contrib, "normalization", [null, "gamma", "beta"], sameAsFirst),
  named("SimplifiedLayerNormalization", "", "normalization", [null, "gamma"], sameAsFirst),
  named("Attention", "", "attention"),
  named("Attention", contrib, "attention", [null, "kernel", "bias"]),
  named("MultiHeadAttention", contrib, "attention", [null, null, null, "bias"]),
  named("GroupQueryAttention", contrib, "attention"),
  named("Optional", "", "notation", [], { sees: ofFirst }),
  named("OptionalGetElement", "", "notation", [], { sees: ofFirst }),
  named("OptionalHasElement", "", "notation", [], { sees: "nothing" }),
];
