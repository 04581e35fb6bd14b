import { sameShape } from "../../../base/shape.ts";
import { type Tensor, float32 } from "../../../base/tensor.ts";
import type { TfValue } from "../define-op.ts";

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  AddV2: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Sqrt: (a) => Math.sqrt(a),
  // In two steps, each of which float32 rounds.
  Rsqrt: (a) => 1 / Math.fround(Math.sqrt(a)),
  Neg: (a) => -a,
};

/**
 * Arithmetic on constants alone, as Keras 3 makes scale and shift of a batch norm's statistics. What
 * comes out is a constant again, which the layer that reads it then owns as a weight. Undefined where
 * something is not constant, not float32, or has to be broadcast.
 */
export function constantArithmetic(op: string, inputs: readonly TfValue[]): TfValue | undefined {
  const operation = Object.hasOwn(operations, op) ? operations[op] : undefined;
  const values = inputs.flatMap(({ constant }) =>
    constant?.type === "float32" ? (constant as Tensor<"float32">) : [],
  );
  const [a, b = a] = values;
  if (!operation || !a || !b) return undefined;
  if (values.length !== inputs.length || inputs.length !== operation.length) return undefined;
  const larger = a.data.length >= b.data.length ? a : b;
  if (!sameShape(a.shape, b.shape) && Math.min(a.data.length, b.data.length) !== 1)
    return undefined;
  if (a.shape.length !== b.shape.length && larger.data.length === 1) return undefined;
  const at = ({ data }: Tensor<"float32">, i: number) => data[data.length === 1 ? 0 : i]!;
  const data = Float32Array.from(larger.data, (_, i) => operation(at(a, i), at(b, i)));
  const shape = larger.shape;
  return { constant: float32(shape, data), order: shape.map((_, axis) => axis) };
}
