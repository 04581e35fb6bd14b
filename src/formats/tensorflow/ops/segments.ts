import { checkedLength } from "../../../base/checked-length.ts";
import { UnsupportedError } from "../../../base/errors.ts";
import { float32 } from "../../../base/tensor.ts";
import { typeCode } from "../../../graph/protobuf/types.ts";
import { type TfContext, type TfOp, plainValue } from "../define-op.ts";

// Rows that are put together by the number of their segment, and counts of whole numbers.

const largest = 3.4028234663852886e38;

/** By the op: how rows go together, and what a segment without rows has. */
const reductions = {
  Sum: ["add", 0],
  Prod: ["mul", 1],
  Max: ["max", -largest],
  Min: ["min", largest],
} as const;

function segments(
  context: TfContext,
  [reduction, start]: readonly [string, number],
  count: string,
) {
  const { b, node, input, rank, type, plain, int64 } = context;
  if (rank(input(1)) !== 1) throw new UnsupportedError("its segments have more than one axis");
  const x = plain(input(0));
  const lengths = b.op("Slice", [b.op("Shape", [x]), b.i64([1]), b.i64([64])]);
  const shape = b.op("Concat", [b.op("Reshape", [count, b.i64([1])]), lengths], { axis: 0 });
  const first = b.op("Cast", [b.f32(start)], { to: typeCode(type(input(0))) });
  const places = b.op("Unsqueeze", [int64(1), b.i64([1])]);
  const read = [b.op("Expand", [first, shape]), places, x];
  return plainValue(b.op("ScatterND", read, { reduction }, { name: node.name }), rank(input(0)));
}

const unsorted = Object.entries(reductions).map(([name, how]): TfOp => ({
  ops: `UnsortedSegment${name}`,
  kind: "other",
  lower: (context) => segments(context, how, context.int64(2)),
}));

/** Of sorted segments the last number says how many there are; empty ones are zeros. */
const sorted = (["Sum", "Prod"] as const).map((name): TfOp => ({
  ops: `Segment${name}`,
  kind: "other",
  lower(context) {
    const { b, int64 } = context;
    const last = b.op("ReduceMax", [int64(1)], { keepdims: 0 });
    if (name === "Prod") {
      const numbers = context.numbers(1);
      const isWhole = numbers.every((each, i) => each - (numbers[i - 1] ?? 0) <= 1);
      if (!isWhole) throw new UnsupportedError("a segment of it has no rows");
    }
    return segments(context, reductions[name], b.op("Add", [last, b.i64(1)]));
  },
}));

/** How often each whole number from 0 on is there. */
const bincount: TfOp = {
  ops: "Bincount DenseBincount",
  kind: "other",
  lower(context) {
    const { b, node, attributes, input, rank, shape, numbers, plain, int64 } = context;
    const size = checkedLength(numbers(1)[0] ?? 0, "counts");
    const depth = b.i64([size]);
    // What lies outside is not counted: a place behind the last one has no column.
    const indices = int64(0);
    const outside = b.op("Or", [
      b.op("Less", [indices, b.i64(0)]),
      b.op("GreaterOrEqual", [indices, b.i64(size)]),
    ]);
    const kept = b.op("Where", [outside, b.i64(size), indices]);
    const more = b.op("Add", [depth, b.i64([1])]);
    const hot = b.op("OneHot", [kept, more, b.f32([0, 1])], { axis: -1 });
    const counted = b.op("Slice", [hot, b.i64([0]), depth, b.i64([-1])]);
    const hasWeights = shape(input(2)).some((length) => length !== 0);
    const weights =
      hasWeights && rank(input(2)) > 0
        ? b.op("Unsqueeze", [b.op("Cast", [plain(input(2))], { to: 1 }), b.i64([-1])])
        : undefined;
    const each = weights ? b.op("Mul", [counted, weights]) : counted;
    const isBinary = attributes.flag("binary_output");
    const axes = b.i64(rank(input(0)) === 2 ? [1] : rank(input(0)) === 0 ? [] : [0]);
    const sum = isBinary ? "ReduceMax" : "ReduceSum";
    const value =
      rank(input(0)) === 0 ? each : b.op(sum, [each, axes], { keepdims: 0 }, { name: node.name });
    return plainValue(value, rank(input(0)) === 2 ? 2 : 1);
  },
};

/** In which interval each number lies: how many of the sorted limits are not above it. */
const bucketize: TfOp = {
  ops: "Bucketize",
  kind: "other",
  lower({ b, node, attributes, input, arrange }) {
    const x = input(0);
    const limits = attributes.reals("boundaries");
    const each = b.constant(float32([limits.length], limits));
    const real = b.op("Cast", [arrange(x, x.order)], { to: 1 });
    const above = b.op("GreaterOrEqual", [b.op("Unsqueeze", [real, b.i64([-1])]), each]);
    const whole = b.op("Cast", [above], { to: typeCode("int64") });
    const value = b.op("ReduceSum", [whole, b.i64([-1])], { keepdims: 0 }, { name: node.name });
    return { value, order: x.order };
  },
};

export const segmentOps: readonly TfOp[] = [...unsorted, ...sorted, bincount, bucketize];
