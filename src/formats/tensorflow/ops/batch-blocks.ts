import { StriateError, UnsupportedError } from "../../../base/errors.ts";
import { type TfContext, type TfOp, type TfValue, plainValue } from "../define-op.ts";

// Dilated convolutions as TensorFlow wrote them once: the pixels of each residue of a block become a
// picture of their own, in the batch, and are put together again behind a convolution.

/** A block of whole lengths, one for each spatial axis; those that it leaves out are not divided. */
function blockOf({ maybeNumbers }: TfContext, i: number, space: number): number[] {
  const block = maybeNumbers(i);
  if (block === undefined)
    throw new UnsupportedError("divides a picture by a block that is computed");
  if (block.length === 0 || block.length > space || block.some((length) => length < 1))
    throw new StriateError(`expected a block of ${space} lengths, got ${block.join(", ")}`);
  // bounded: a rank
  return [...block, ...new Array<number>(space - block.length).fill(1)];
}

/** What is added, or cut off, at the beginning and at the end of each spatial axis: graph values. */
function sidesOf(
  { b, int64, maybeNumbers }: TfContext,
  i: number,
  space: number,
): [string, string] {
  const known = maybeNumbers(i);
  if (known === undefined) {
    const [from, to] = [0, 1].map((side) => {
      const column = b.op("Slice", [int64(i), b.i64([side]), b.i64([side + 1]), b.i64([1])]);
      return b.op("Reshape", [column, b.i64([-1])]);
    });
    return [from!, to!];
  }
  if (known.length > 2 * space || known.length % 2 !== 0 || known.some((side) => side < 0))
    throw new StriateError(`expected two pads for each of ${space} axes, got ${known.join(", ")}`);
  // bounded: twice a rank
  const whole = [...known, ...new Array<number>(2 * space - known.length).fill(0)];
  return [0, 1].map((side) => b.i64(whole.filter((_, at) => at % 2 === side))) as [string, string];
}

/** The order of a picture in the graph: batch, channels, space. */
function pictureOrder({ rank }: TfContext, x: TfValue): number[] {
  const size = rank(x);
  if (size < 3) throw new StriateError(`expected a picture of 3 axes or more, got ${size}`);
  // bounded: a rank
  return [0, size - 1, ...Array.from({ length: size - 2 }, (_, i) => i + 1)];
}

/** The lengths of a value from axis `from` on, a graph value each. */
const lengthsOf = ({ b }: TfContext, x: string, from: number, to: number): string[] =>
  // bounded: a rank
  Array.from({ length: to - from }, (_, i) =>
    b.op("Shape", [x], { start: from + i, end: from + i + 1 }),
  );

/**
 * Source: https://www.tensorflow.org/api_docs/python/tf/space_to_batch
 */
const intoBatch: TfOp = {
  ops: "SpaceToBatchND",
  kind: "reshaping",
  lower(context) {
    const { b, input, arrange } = context;
    const order = pictureOrder(context, input(0));
    const space = order.length - 2;
    const block = blockOf(context, 1, space);
    const [before, after] = sidesOf(context, 2, space);
    const none = b.i64([0, 0]);
    const pads = b.op("Concat", [none, before, none, after], { axis: 0 });
    const picture = arrange(input(0), order);
    const [batch, channels] = lengthsOf(context, picture, 0, 2);
    const x = b.op("Pad", [picture, pads]);
    const lengths = lengthsOf(context, x, 2, order.length);
    const outer = lengths.map((length, i) => b.op("Div", [length, b.i64([block[i]!])]));
    const apart = outer.flatMap((length, i) => [length, b.i64([block[i]!])]);
    const blocks = b.op("Concat", [batch!, channels!, ...apart], { axis: 0 });
    const inside = block.map((_, i) => 3 + 2 * i);
    const perm = [...inside, 0, 1, ...block.map((_, i) => 2 + 2 * i)];
    const turned = b.op("Transpose", [b.op("Reshape", [x, blocks])], { perm });
    const shape = b.op("Concat", [b.i64([-1]), channels!, ...outer], { axis: 0 });
    return { value: b.op("Reshape", [turned, shape]), order };
  },
};

const outOfBatch: TfOp = {
  ops: "BatchToSpaceND",
  kind: "reshaping",
  lower(context) {
    const { b, input, arrange, maybeNumbers } = context;
    const order = pictureOrder(context, input(0));
    const space = order.length - 2;
    const block = blockOf(context, 1, space);
    const [before, after] = sidesOf(context, 2, space);
    const x = arrange(input(0), order);
    const [channels, ...lengths] = lengthsOf(context, x, 1, order.length);
    const blocks = b.op("Concat", [b.i64([...block, -1]), channels!, ...lengths], { axis: 0 });
    const perm = [space, space + 1, ...block.flatMap((_, i) => [space + 2 + i, i])];
    const turned = b.op("Transpose", [b.op("Reshape", [x, blocks])], { perm });
    const whole = lengths.map((length, i) => b.op("Mul", [length, b.i64([block[i]!])]));
    const shape = b.op("Concat", [b.i64([-1]), channels!, ...whole], { axis: 0 });
    const together = b.op("Reshape", [turned, shape]);
    const crops = maybeNumbers(2)?.filter((_, i) => i % 2 === 1);
    const ends = crops
      ? b.i64(block.map((_, i) => (crops[i] ? -crops[i] : 2 ** 31)))
      : b.op("Sub", [b.op("Concat", whole, { axis: 0 }), after]);
    const axes = b.i64(block.map((_, i) => 2 + i));
    return { value: b.op("Slice", [together, before, ends, axes]), order };
  },
};

/** The same of two spatial axes with one length of a block. */
const square = (op: TfOp, ops: string): TfOp => ({
  ...op,
  ops,
  lower(context) {
    const { b, attributes, input, int64 } = context;
    const size = attributes.int("block_size", 2);
    const block = plainValue(b.i64([size, size]), 1);
    return op.lower(context.reading([input(0), block, plainValue(int64(1), 2)]));
  },
});

export const batchBlockOps: readonly TfOp[] = [
  intoBatch,
  outOfBatch,
  square(intoBatch, "SpaceToBatch"),
  square(outOfBatch, "BatchToSpace"),
];
