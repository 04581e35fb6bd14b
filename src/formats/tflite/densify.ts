import { StriateError } from "../../base/errors.ts";
import { formatShape, sizeOf, stridesOf } from "../../base/shape.ts";
import type { DataArrays, NumericType } from "../../base/tensor.ts";
import type { FlatTable } from "./flat-table.ts";

/** A sparse kernel is at most so many times as large as what the file says of it. */
const MOST_GROWTH = 256;

/** One level of a sparse tensor: an axis of which all places are stored, or those that are listed. */
interface Level {
  length: number;
  /** Of a listed level: where the places of each part begin, and the places. */
  segments?: readonly number[];
  places?: readonly number[];
}

/**
 * The elements of a sparse tensor with its zeros. Levels are gone through in the order that the file says;
 * behind the axes of the shape come those of the blocks, where it is stored in blocks.
 *
 * @param sparsity TFLite's `SparsityParameters`
 * @param values the elements that are stored, in order
 * @throws StriateError where the parts do not fit together
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/kernels/internal/utils/sparsity_format_converter.cc
 */
export function densify<T extends DataArrays[NumericType]>(
  shape: readonly number[],
  sparsity: FlatTable,
  values: T,
): T {
  const order = sparsity.ints(0);
  const blockAxes = sparsity.ints(1);
  const levels = sparsity.tables(2).map(levelFrom);
  const blocks = blockAxes.map((_, i) => levels[order.indexOf(shape.length + i)]?.length ?? 0);
  checkLevels(shape, order, blockAxes, levels);
  const size = sizeOf(shape);
  if (size > MOST_GROWTH * (values.length + 64))
    throw new StriateError(
      `is sparse, and of shape ${formatShape(shape)} with ${values.length} stored elements, which is not read`,
    );
  const strides = stridesOf(shape);
  /** How far an element moves for each place of an axis, of the shape and then of the blocks. */
  const steps = [
    ...shape.map((_, axis) => {
      const block = blockAxes.indexOf(axis);
      return strides[axis]! * (block < 0 ? 1 : blocks[block]!);
    }),
    ...blockAxes.map((axis) => strides[axis]!),
  ];
  const dense = new (values.constructor as new (length: number) => T)(size);
  let left = size;
  const fill = (depth: number, part: number, at: number): void => {
    const level = levels[depth];
    if (level === undefined) {
      if (left-- <= 0 || part >= values.length || at >= size) throw damaged();
      dense[at] = values[part]!;
      return;
    }
    const step = steps[order[depth]!]!;
    const { length, segments, places } = level;
    if (!segments || !places) {
      for (let i = 0; i < length; i++) fill(depth + 1, part * length + i, at + i * step);
      return;
    }
    const [from, to] = [segments[part], segments[part + 1]];
    if (from === undefined || to === undefined || to > places.length) throw damaged();
    for (let i = from; i < to; i++) fill(depth + 1, i, at + places[i]! * step);
  };
  fill(0, 0, 0);
  return dense;
}

const damaged = () => new StriateError("is sparse, and its parts do not fit together");

function levelFrom(level: FlatTable): Level {
  const LISTED = 1;
  if (level.byte(0) !== LISTED) return { length: level.int(1) };
  return { length: 0, segments: listFrom(level, 2), places: listFrom(level, 4) };
}

/** A list of numbers of 32, 16 or 8 bits. */
function listFrom(level: FlatTable, field: number): readonly number[] {
  const list = level.table(field + 1);
  const width = level.byte(field);
  return list
    ? width === 1
      ? list.ints(0)
      : width === 2
        ? list.shorts(0)
        : [...list.bytes(0)]
    : [];
}

/** The levels whose places are all stored are no more than the shape has. */
function checkLevels(
  shape: readonly number[],
  order: readonly number[],
  blockAxes: readonly number[],
  levels: readonly Level[],
): void {
  const rank = shape.length + blockAxes.length;
  const isOrder = order.length === rank && levels.length === rank && new Set(order).size === rank;
  const fits = levels.every((level, depth) => {
    const axis = order[depth]!;
    if (!(axis >= 0 && axis < rank)) return false;
    if (level.segments) return true;
    const whole = axis < shape.length ? shape[axis]! : shape[blockAxes[axis - shape.length]!];
    return level.length >= 0 && whole !== undefined && level.length <= whole;
  });
  if (!isOrder || !fits || blockAxes.some((axis) => !(axis in shape))) throw damaged();
}
