import type { DataArrays, DataType, Tensor } from "./tensor.ts";

/**
 * A tensor whose elements are made when they are first looked at, and kept from then on. Whoever only
 * asks for its type and shape costs nothing.
 */
export function lazyTensor<T extends DataType>(
  type: T,
  shape: readonly number[],
  make: () => DataArrays[T],
): Tensor<T> {
  let made: DataArrays[T] | undefined;
  // Forgotten once it was called: it may hold on to another form of the elements.
  let maker: typeof make | undefined = make;
  return {
    type,
    shape,
    get data() {
      made ??= maker!();
      maker = undefined;
      return made;
    },
  };
}
