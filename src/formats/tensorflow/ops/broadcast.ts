import { largest } from "../../../base/extremes.ts";
import { isIdentityOrder, permute, sameShape, sizeOf } from "../../../base/shape.ts";
import type { TfContext, TfValue } from "../define-op.ts";

/**
 * The graph values of several tensors, so that they broadcast as TensorFlow's do: all take the order
 * of the one with the most axes, and shorter ones get axes of length 1 in front.
 *
 * @param weightName what a constant of more than one number is called among the layer's weights
 */
export function broadcast(
  context: TfContext,
  xs: readonly TfValue[],
  weightName?: string,
): { values: string[]; order: readonly number[] } {
  const ranks = xs.map((x) => x.constant?.shape.length ?? context.rank(x));
  const rank = largest(ranks);
  const order =
    xs.find((x, i) => ranks[i] === rank && !isIdentityOrder(x.order))?.order ??
    Array.from({ length: rank }, (_, axis) => axis);
  const values = xs.map((x, i) => {
    const missing = rank - ranks[i]!;
    const { constant } = x;
    if (constant && weightName !== undefined && sizeOf(constant.shape) > 1) {
      // bounded: a difference of ranks
      const shape = [...new Array<number>(missing).fill(1), ...constant.shape];
      const own = order.filter((axis) => axis >= missing).map((axis) => axis - missing);
      return context.weight(i, weightName, own, permute(shape, order));
    }
    if (ranks[i] === 0 || (missing === 0 && sameShape(x.order, order)))
      return context.arrange(x, x.order);
    if (missing === 0) return context.arrange(x, order);
    const { b } = context;
    // bounded: a difference of ranks
    const axes = b.i64(Array.from({ length: missing }, (_, axis) => axis));
    const value = b.op("Unsqueeze", [context.plain(x), axes]);
    return context.arrange({ value, order: order.map((_, axis) => axis) }, order);
  });
  return { values, order };
}
