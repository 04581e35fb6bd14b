import { UnsupportedError } from "../../../base/errors.ts";
import { type TfOp, plainValue, positiveAxis } from "../define-op.ts";

// Steps of sequences in another order, and products of all steps so far.

/** The first steps of each row backwards, as many as its length says. */
const reverseSequence: TfOp = {
  ops: "ReverseSequence",
  kind: "reshaping",
  lower({ b, node, attributes, input, rank, plain, int64 }) {
    const x = input(0);
    const [time, batch] = [attributes.int("seq_dim", 0), attributes.int("batch_dim", 0)];
    const axes = plainValue("", rank(x)).order;
    // ONNX wants both in front.
    const front = [batch, time, ...axes.filter((axis) => axis !== batch && axis !== time)];
    const turned = b.op("Transpose", [plain(x)], { perm: front });
    const read = [turned, int64(1)];
    const how = { batch_axis: 0, time_axis: 1 };
    const reversed = b.op("ReverseSequence", read, how, { name: node.name });
    return { value: reversed, order: front };
  },
};

/** What leaves at the end of an axis comes in at its front. */
const roll: TfOp = {
  ops: "Roll",
  kind: "reshaping",
  lower({ b, input, rank, numbers, shape, plain }) {
    const x = input(0);
    let value = plain(x);
    const lengths = shape(x);
    numbers(1).forEach((shift, i) => {
      const axis = positiveAxis(numbers(2)[i] ?? 0, rank(x));
      const length = lengths[axis];
      if (typeof length !== "number")
        throw new UnsupportedError("the length of the axis that it rolls is not known");
      if (length === 0) return;
      const cut = (((length - shift) % length) + length) % length;
      const part = (from: number, to: number) =>
        b.op("Slice", [value, b.i64([from]), b.i64([to]), b.i64([axis])]);
      if (cut > 0) value = b.op("Concat", [part(cut, length), part(0, cut)], { axis });
    });
    return plainValue(value, rank(x));
  },
};

/** The product of all elements up to each: those behind it count as one. */
const cumulativeProduct: TfOp = {
  ops: "Cumprod",
  kind: "arithmetic",
  lower({ b, node, attributes, input, rank, numbers, shape, arrange }) {
    const x = input(0);
    const own = positiveAxis(numbers(1)[0] ?? 0, rank(x));
    const length = shape(x)[own];
    if (typeof length !== "number" || length > 4096)
      throw new UnsupportedError("the length of its axis is not known, or too long");
    const last = [...x.order.filter((axis) => axis !== own), own];
    const rows = b.op("Unsqueeze", [arrange(x, last), b.i64([-2])]);
    const [exclusive, reverse] = [attributes.flag("exclusive"), attributes.flag("reverse")];
    // bounded: 4096 at the most, looked at above
    const counts = Uint8Array.from({ length: length * length }, (_, i) => {
      const [to, from] = [Math.floor(i / length), i % length];
      const behind = reverse ? from - to : to - from;
      return behind > 0 || (behind === 0 && !exclusive) ? 1 : 0;
    });
    const taken = b.constant({ type: "bool", shape: [length, length], data: counts });
    const factors = b.op("Where", [taken, rows, b.f32(1)]);
    const value = b.op("ReduceProd", [factors, b.i64([-1])], { keepdims: 0 }, { name: node.name });
    return { value, order: last };
  },
};

export const sequenceOps: readonly TfOp[] = [reverseSequence, roll, cumulativeProduct];
