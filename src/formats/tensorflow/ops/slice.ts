import { checkedLength } from "../../../base/checked-length.ts";
import { StriateError, UnsupportedError } from "../../../base/errors.ts";
import { type TfContext, type TfOp, plainValue, positiveAxis } from "../define-op.ts";

/** "To the end of the axis", for a step forwards and backwards. */
const END = 2 ** 31;

const slice: TfOp = {
  ops: "Slice",
  kind: "reshaping",
  lower({ b, input, rank, numbers, plain }) {
    const x = input(0);
    const starts = numbers(1);
    const ends = numbers(2).map((length, i) => (length < 0 ? END : starts[i]! + length));
    const axes = starts.map((_, axis) => axis);
    const inputs = [plain(x), b.i64(starts), b.i64(ends), b.i64(axes)];
    return plainValue(b.op("Slice", inputs), rank(x));
  },
};

/**
 * Python's slices: begin, end and step for each axis, with masks that say "from the start", "to the
 * end", "a single index" and "a new axis".
 *
 * @see https://www.tensorflow.org/api_docs/python/tf/strided_slice
 */
const stridedSlice: TfOp = {
  ops: "StridedSlice",
  kind: "reshaping",
  lower({ b, attributes, input, rank, numbers, plain }) {
    const x = input(0);
    const [begin, end, step] = [numbers(1), numbers(2), numbers(3)];
    const has = (mask: string, i: number) => (attributes.int(mask, 0) >> i) % 2 === 1;
    const newAxes = begin.filter((_, i) => has("new_axis_mask", i)).length;
    const starts: number[] = [];
    const ends: number[] = [];
    const steps: number[] = [];
    const axes: number[] = [];
    const dropped: number[] = [];
    const added: number[] = [];
    let axis = 0;
    let place = 0;
    begin.forEach((from, i) => {
      if (has("ellipsis_mask", i)) {
        const covered = rank(x) - (begin.length - 1 - newAxes);
        axis += covered;
        place += covered;
        return;
      }
      if (has("new_axis_mask", i)) {
        added.push(place++);
        return;
      }
      const single = has("shrink_axis_mask", i);
      const by = single ? 1 : step[i]!;
      if (by === 0) throw new StriateError("a slice has a step of 0");
      const toEnd = single ? from === -1 : has("end_mask", i);
      axes.push(axis);
      steps.push(by);
      starts.push(!single && has("begin_mask", i) ? (by > 0 ? 0 : END) : from);
      ends.push(toEnd ? (by > 0 ? END : -END) : single ? from + 1 : end[i]!);
      if (single) dropped.push(axis);
      else place++;
      axis++;
    });
    const lists = [starts, ends, axes, steps].map((list) => b.i64(list));
    let value = axes.length > 0 ? b.op("Slice", [plain(x), ...lists]) : plain(x);
    if (dropped.length > 0) value = b.op("Squeeze", [value, b.i64(dropped)]);
    if (added.length > 0) value = b.op("Unsqueeze", [value, b.i64(added)]);
    return plainValue(value, rank(x) - dropped.length + added.length);
  },
};

const gather: TfOp = {
  ops: "Gather GatherV2",
  kind: "reshaping",
  lower(context) {
    const { b, node, attributes, inputs, input, rank, numbers, plain } = context;
    const x = input(0);
    const axis = inputs.length > 2 ? positiveAxis(numbers(2)[0] ?? 0, rank(x)) : 0;
    const values = [plain(x), plain(input(1))];
    const batch = attributes.int("batch_dims", 0);
    if (batch !== 0) return gatherEach(context, axis, batch);
    return plainValue(
      b.op("Gather", values, { axis }, { name: node.name }),
      rank(x) - 1 + rank(input(1)),
    );
  },
};

/** Gathers each row of the batch by indices of its own. */
function gatherEach(
  { b, node, input, rank, plain, int64 }: TfContext,
  axis: number,
  batch: number,
) {
  const x = input(0);
  const shared = batch < 0 ? batch + rank(input(1)) : batch;
  if (axis !== shared)
    throw new UnsupportedError(`gathers along axis ${axis} of each of ${shared} axes of a batch`);
  const places = b.op("Unsqueeze", [int64(1), b.i64([-1])]);
  const value = b.op("GatherND", [plain(x), places], { batch_dims: shared }, { name: node.name });
  return plainValue(value, rank(x) - 1 + rank(input(1)) - shared);
}

const range: TfOp = {
  ops: "Range",
  kind: "other",
  lower: ({ b, inputs, plain }) => plainValue(b.op("Range", inputs.map(plain)), 1),
};

/** So many numbers at equal distances. */
const linSpace: TfOp = {
  ops: "LinSpace",
  kind: "other",
  lower({ b, input, plain, numbers }) {
    const [count = 1] = numbers(2);
    const parts = Array.from({ length: checkedLength(count, "numbers") }, (_, i) =>
      count > 1 ? i / (count - 1) : 0,
    );
    const span = b.op("Sub", [plain(input(1)), plain(input(0))]);
    return plainValue(b.op("Add", [b.op("Mul", [span, b.f32(parts)]), plain(input(0))]), 1);
  },
};

/** The different values in the order in which they are met, and which of them each one is. */
const unique: TfOp = {
  ops: "Unique",
  outputs: ["y", "idx"],
  kind: "other",
  lower({ b, input, plain }) {
    const values = b.ops("Unique", [plain(input(0))], { sorted: 0 }, { outputCount: 3 });
    return [plainValue(values[0]!, 1), plainValue(values[2]!, 1)];
  },
};

const topK: TfOp = {
  ops: "TopKV2",
  outputs: ["values", "indices"],
  kind: "other",
  lower({ b, input, rank, plain, int64 }) {
    const x = input(0);
    const k = b.op("Reshape", [int64(1), b.i64([1])]);
    const values = b.ops("TopK", [plain(x), k], { axis: -1 }, { outputCount: 2 });
    return values.map((value) => plainValue(value, rank(x)));
  },
};

export const sliceOps: readonly TfOp[] = [
  slice,
  stridedSlice,
  gather,
  range,
  linSpace,
  unique,
  topK,
];
