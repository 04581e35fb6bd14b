import type { Budget } from "../../base/budget.ts";
import { sizeOf } from "../../base/shape.ts";
import {
  type NumericType,
  type Tensor,
  bytesPerElement,
  castTo,
  newArray,
  tensor,
} from "../../base/tensor.ts";

/**
 * A constant of TensorFlow whose list of numbers may be shorter than its shape: it goes on with its last
 * number, and an empty one stands for zeros.
 *
 * @throws StriateError when the shape asks for more than the file accounts for
 */
export function repeatedTensor(
  type: NumericType,
  shape: readonly number[],
  values: readonly number[],
  budget: Budget,
): Tensor {
  const size = sizeOf(shape);
  budget.take(size * bytesPerElement(type), `a constant of shape [${shape.join(", ")}]`);
  const given = values.slice(0, size);
  const { data } = castTo(tensor("float64", [given.length], Float64Array.from(given)), type);
  const result = newArray(type, size) as Float32Array;
  result.set(data as Float32Array);
  if (given.length > 0) result.fill(result[given.length - 1]!, given.length);
  return tensor(type, shape, result as never);
}
