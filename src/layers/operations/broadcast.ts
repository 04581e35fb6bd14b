import type { KerasShape } from "../define-layer.ts";
import { broadcastShapes } from "../merging/merge.ts";
import { constantLike } from "../preprocessing/rescaling.ts";
import { type Operand, type Scope, cast, integerConstant } from "./operation.ts";

/** Operands that an elementwise op can take, and how its result lies. */
export interface Aligned {
  values: string[];
  order: readonly number[];
  shape: KerasShape;
  type: Operand["type"];
}

/**
 * Makes operands fit together as NumPy does it in the Keras layout: missing axes stand in front, and
 * all take the graph order of the widest tensor. Mixed types become float32.
 */
export function align(scope: Scope, operands: readonly Operand[]): Aligned {
  const tensors = operands.filter((x) => x.numbers === undefined);
  const lead = (tensors.length > 0 ? tensors : operands).reduce((a, x) =>
    x.shape.length > a.shape.length ? x : a,
  );
  const shape = operands.map((x) => x.shape).reduce(broadcastShapes);
  const types = new Set(tensors.map((x) => x.type));
  const fractions = operands.some((x) => JSON.stringify(x.numbers ?? 0).includes("."));
  const type = types.size === 1 && !fractions ? [...types][0]! : "float32";
  // A constant with more axes than any tensor decides the rank alone.
  const target =
    lead.shape.length === shape.length
      ? { ...lead, shape }
      : { ...lead, shape, order: shape.map((_, axis) => axis) };
  const values = operands.map((x) => {
    if (x.numbers !== undefined)
      return type === "int64"
        ? integerConstant(scope.b, x.numbers)
        : constantLike(scope.b, x.numbers, target);
    return widen(
      scope,
      type === "float32" || type === "bool" ? cast(scope.b, x, type) : x,
      target.order,
    );
  });
  return { values, order: target.order, shape, type };
}

/** The value of `x` with axes of length 1 in front, in the given order. */
function widen({ b, arrange, plain }: Scope, x: Operand, order: readonly number[]): string {
  const missing = order.length - x.shape.length;
  if (x.shape.length === 0) return x.value;
  if (missing === 0) return arrange(x, order);
  const axes = Array.from({ length: missing }, (_, i) => i);
  const value = b.op("Unsqueeze", [plain(x), b.i64(axes)]);
  return arrange({ ...x, value, order: order.map((_, axis) => axis) }, order);
}
