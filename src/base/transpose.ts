import { isIdentityOrder, permute, stridesOf } from "./shape.ts";
import { type DataArrays, type DataType, type Tensor, newArray } from "./tensor.ts";

/**
 * Reorders the axes: axis `i` of the result is axis `order[i]` of the source, as in `np.transpose`.
 * Returns the tensor itself when the order changes nothing.
 */
export function transpose<T extends DataType>(
  value: Tensor<T>,
  order: readonly number[],
): Tensor<T> {
  if (isIdentityOrder(order)) return value;
  const before = turned.get(value) as { value: Tensor<T>; order: readonly number[] } | undefined;
  if (before) return transpose(before.value, permute(before.order, order));
  const { type, data } = value;
  const shape = permute(value.shape, order);
  const target = newArray(type, data.length);
  // A file may say that an axis is billions long, beside one of length 0.
  if (data.length === 0) return { type, shape, data: target };
  const axes = axesOf(shape, permute(stridesOf(value.shape), order));
  // Elements of one type make the loop fast.
  if (type === "float32") turnFloats(data as Float32Array, target as Float32Array, axes);
  else turnAny(data as unknown[], target as unknown[], axes);
  return { type, shape, data: target };
}

/** An axis of the result. */
interface Axis {
  readonly length: number;
  /** From one element to the next along it, in the source and in the result. */
  readonly from: number;
  readonly to: number;
}

/** The axes of a result, without those of one element, and those as one that lie in the source as they are to. */
function axesOf(shape: readonly number[], steps: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  const strides = stridesOf(shape);
  for (const [i, length] of shape.entries()) {
    if (length === 1) continue;
    const axis = { length, from: steps[i]!, to: strides[i]! };
    const last = axes.at(-1);
    if (last?.from === axis.from * length)
      axes[axes.length - 1] = { ...axis, length: last.length * length };
    else axes.push(axis);
  }
  return axes;
}

/** Neighbours in the source that are read in one turn: a line of the processor's cache. */
const neighbours = 16;

/**
 * Elements that are neighbours in the source are read together, {@link neighbours} of them, and written to as many
 * places, which the next ones follow: whole lines of the cache are used both ways. Kernels go through it from
 * HWIO to OIHW, and batches of pictures between NHWC and NCHW.
 */
function turnFloats(source: Float32Array, target: Float32Array, axes: readonly Axis[]): void {
  const near = axes.findIndex(({ from }) => from === 1);
  const others = axes.filter((_, i) => i !== near);
  const inner = others.pop() ?? { length: 1, from: 0, to: 0 };
  const { length, to: apart } = axes[near] ?? { length: source.length, to: 1 };
  const counter = new Array<number>(others.length).fill(0);
  const rounds = source.length / (length * inner.length);
  for (let first = 0; first < length; first += neighbours) {
    const end = Math.min(first + neighbours, length) - first;
    let [from, to] = [first, first * apart];
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < inner.length; i++) {
        const [at, place] = [from + i * inner.from, to + i * inner.to];
        for (let k = 0; k < end; k++) target[place + k * apart] = source[at + k]!;
      }
      for (let axis = others.length - 1; axis >= 0; axis--) {
        const other = others[axis]!;
        from += other.from;
        to += other.to;
        if (++counter[axis]! < other.length) break;
        from -= other.from * other.length;
        to -= other.to * other.length;
        counter[axis] = 0;
      }
    }
  }
}

/** Element by element, in the order of the result. */
function turnAny(source: readonly unknown[], target: unknown[], axes: readonly Axis[]): void {
  const counter = new Array<number>(axes.length).fill(0);
  let from = 0;
  for (let to = 0; to < target.length; to++) {
    target[to] = source[from];
    for (let i = axes.length - 1; i >= 0; i--) {
      const axis = axes[i]!;
      from += axis.from;
      if (++counter[i]! < axis.length) break;
      from -= axis.from * axis.length;
      counter[i] = 0;
    }
  }
}

/** Tensors whose elements lie as those of `value` do, until somebody looks at them. */
const turned = new WeakMap<Tensor, { value: Tensor; order: readonly number[] }>();

/**
 * {@link transpose} that nothing is done for before somebody looks at the elements. Turned back before that, it is
 * `value` itself: a photo is written as the graph takes it, and shown as the user does.
 */
export function transposeLater<T extends DataType>(
  value: Tensor<T>,
  order: readonly number[],
): Tensor<T> {
  let made: DataArrays[T] | undefined;
  const later: Tensor<T> = {
    type: value.type,
    shape: permute(value.shape, order),
    get data() {
      made ??= transpose(value, order).data;
      // Who has the elements may change them.
      turned.delete(later);
      return made;
    },
  };
  turned.set(later, { value, order });
  return later;
}
