import { lazyTensor } from "./lazy-tensor.ts";
import { type Shape, sizeOf } from "./shape.ts";
import {
  type DataArrays,
  type NumericType,
  type Tensor,
  bytesOf,
  bytesPerElement,
} from "./tensor.ts";

/** A tensor that need not lie in memory: it can be had piece by piece. */
interface PiecedTensor extends Tensor {
  readonly pieces: () => Iterable<Uint8Array>;
}

/**
 * A tensor that is had piece by piece where it is written, and read as a whole when somebody looks at its data.
 *
 * @param block its elements from one row of the first axis up to another
 * @param rows rows of a piece
 */
export function piecedTensor<T extends NumericType>(
  type: T,
  shape: Shape,
  block: (from: number, to: number) => DataArrays[T],
  rows: number,
): Tensor<T> {
  const [all = 0] = shape;
  function* pieces(): Generator<Uint8Array> {
    for (let from = 0; from < all; from += rows) {
      const { buffer, byteOffset, byteLength } = block(from, Math.min(all, from + rows));
      yield new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
    }
  }
  return Object.assign(
    lazyTensor(type, shape, () => block(0, all)),
    { pieces },
  );
}

/** Bytes of a tensor, which is not looked at. */
export const byteLengthOf = ({ type, shape }: Tensor): number =>
  sizeOf(shape) * bytesPerElement(type);

/** The bytes of a tensor, in pieces where it is had by pieces; made anew each time that they are gone through. */
export const piecesOf = (value: Tensor): Iterable<Uint8Array> =>
  "pieces" in value
    ? { [Symbol.iterator]: () => (value as PiecedTensor).pieces()[Symbol.iterator]() }
    : [bytesOf(value)];
