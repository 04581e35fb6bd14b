import { largest } from "../../base/extremes.ts";
import { sizeOf, type Shape } from "../../base/shape.ts";
import {
  type DataType,
  type NumericType,
  type Tensor,
  newArray,
  toNumbers,
} from "../../base/tensor.ts";
import type { Dim } from "../../graph/graph.ts";

/**
 * What is known of a small tensor without running anything: each element a number, the symbol of a
 * length (what Shape makes of a batch axis), or null. Exporters compute the targets of Reshape and
 * Resize with such tensors, in chains of Shape, Gather, Mul and Concat.
 */
export interface Known {
  readonly type: NumericType;
  readonly shape: Shape;
  readonly items: readonly Dim[];
}

/** Larger tensors than this are weights or pictures, not shape arithmetic. */
const LARGEST = 256;

/** Makes a known tensor, its numbers rounded as the element type rounds; undefined when too large. */
export function known(type: DataType, shape: Shape, items: readonly Dim[]): Known | undefined {
  if (type === "string" || items.length > LARGEST || items.length !== sizeOf(shape))
    return undefined;
  return { type, shape, items: items.map((item) => rounded(type, item)) };
}

/** A known tensor of one value repeated. */
export function filled(type: DataType, shape: Shape, item: Dim): Known | undefined {
  const size = sizeOf(shape);
  if (!(Number.isInteger(size) && size >= 0 && size <= LARGEST)) return undefined;
  // bounded: as was just checked
  return known(type, shape, new Array<Dim>(size).fill(item));
}

function rounded(type: DataType, item: Dim): Dim {
  if (typeof item !== "number") return item;
  switch (type) {
    case "float32":
      return Math.fround(item);
    case "float64":
    case "float16":
    case "bfloat16":
      return item;
    case "bool":
      return item === 0 ? 0 : 1;
    default:
      // An integer cannot hold what has no whole part.
      return Number.isFinite(item) ? Math.trunc(item) + 0 : null;
  }
}

/** A constant as a known tensor; undefined when it is large or no number. */
export function fromTensor(tensor: Tensor): Known | undefined {
  if (tensor.type === "string" || tensor.data.length > LARGEST) return undefined;
  return known(tensor.type, tensor.shape, toNumbers(tensor));
}

/** The constant, when every element is a number. */
export function toTensor(value: Known): Tensor | undefined {
  if (value.type === "float16" || value.type === "bfloat16") return undefined;
  const data = newArray(value.type, value.items.length);
  for (const [i, item] of value.items.entries()) {
    if (typeof item !== "number") return undefined;
    if (value.type === "int64" || value.type === "uint64") data[i] = BigInt(item);
    else data[i] = item;
  }
  return { type: value.type, shape: value.shape, data };
}

/** The elements when all are numbers. */
export function numbersOf(value: Known | undefined): readonly number[] | undefined {
  return value?.items.every((item) => typeof item === "number")
    ? (value.items as readonly number[])
    : undefined;
}

/** Combines tensors element by element, with broadcasting. */
export function zip(
  type: DataType,
  values: readonly Known[],
  combine: (...items: Dim[]) => Dim,
): Known | undefined {
  const rank = largest(values.map((value) => value.shape.length));
  const shape = Array.from({ length: rank }, (_, axis) =>
    values.reduce((length, value) => {
      const own = value.shape[axis - rank + value.shape.length] ?? 1;
      return own === 1 ? length : own;
    }, 1),
  );
  const size = sizeOf(shape);
  if (size > LARGEST) return undefined;
  // bounded: as was just checked
  const items = Array.from({ length: size }, (_, index) =>
    combine(...values.map((value) => value.items[sourceIndex(index, shape, value.shape)]!)),
  );
  return known(type, shape, items);
}

/** The element of a tensor of shape `from` that stands at `index` of its broadcast to `to`. */
function sourceIndex(index: number, to: Shape, from: Shape): number {
  let source = 0;
  let step = 1;
  for (let axis = to.length - 1, rest = index; axis >= 0; axis--) {
    const length = to[axis]!;
    const own = from[axis - to.length + from.length] ?? 1;
    if (own !== 1) source += (rest % length) * step;
    step *= own;
    rest = Math.floor(rest / length);
  }
  return source;
}
