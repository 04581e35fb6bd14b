import type { TfOp } from "../define-op.ts";
import { layoutOf, windowOf } from "./window.ts";

export const poolOps: readonly TfOp[] = [
  ["MaxPool MaxPool3D", "MaxPool"] as const,
  ["AvgPool AvgPool3D", "AveragePool"] as const,
].map(([ops, op]): TfOp => ({
  ops,
  kind: "pooling",
  lower(context) {
    const { b, node, attributes, input, rank, arrange } = context;
    const x = input(0);
    const layout = layoutOf(context, rank(x));
    const size = attributes.ints("ksize");
    const kernel = layout.space.map((axis) => size[axis] ?? 1);
    const window = windowOf(context, x, layout, kernel);
    const value = b.op(op, [arrange(x, layout.order)], window, { name: node.name });
    return { value, order: layout.order };
  },
}));
