import type { TfOp } from "../define-op.ts";
import { layoutOf, windowOf } from "./window.ts";

export const poolOps: readonly TfOp[] = [
  ["MaxPool MaxPoolV2 MaxPool3D", "MaxPool"] as const,
  ["AvgPool AvgPool3D", "AveragePool"] as const,
].map(([ops, op]): TfOp => ({
  ops,
  kind: "pooling",
  lower(context) {
    const { b, node, attributes, input, rank, numbers, arrange } = context;
    const x = input(0);
    const layout = layoutOf(context, rank(x));
    // The second version has its window among the inputs.
    const isSecond = /V2$/.test(context.node.op);
    const size = isSecond ? numbers(1) : attributes.ints("ksize");
    const steps = isSecond ? numbers(2) : undefined;
    const kernel = layout.space.map((axis) => size[axis] ?? 1);
    const window = windowOf(context, x, layout, kernel, steps);
    const value = b.op(op, [arrange(x, layout.order)], window, { name: node.name });
    return { value, order: layout.order };
  },
}));
