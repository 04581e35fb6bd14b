import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { invertOrder, permute, sizeOf, stridesOf } from "../../base/shape.ts";
import type { Dim } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { productOf, type Dims } from "../facts/dims.ts";
import { sameShape } from "../arithmetic/elementwise.ts";
import { attribute } from "../../graph/attributes.ts";
import { mixesAll } from "../facts/pointwise.ts";
import { noWeights } from "../facts/role.ts";
import { type RowContext, type RowResult, firstAxis, sameForAll } from "../facts/rows.ts";
import { type Reads, type Sight, type SightContext, spatially } from "../facts/sight.ts";
import { Steps } from "../facts/steps.ts";

// Ops that move elements around and keep all of them: the gradient moves them back.

const moving = { role: "reshaping", weights: noWeights, multiplyAdds: 0 } as const;

export const rearrangeOps: readonly OpDefinition[] = [
  defineOp({
    type: "Transpose",
    ...moving,
    isLayout: true,
    rows: { rule: transposeRows },
    sees: transposeSight,
    attributes: { perm: attr.ints() },
    shape({ attributes: { perm }, shape, type }) {
      const x = shape(0);
      if (x === null) return [{ type: type(0), shape: perm ? perm.map(() => null) : null }];
      const order = perm ?? reversed(x.length);
      if (
        order.length !== x.length ||
        new Set(order).size !== order.length ||
        order.some((axis) => !(axis >= 0 && axis < x.length))
      )
        throw new StriateError(`perm [${order.join(", ")}] does not order ${x.length} axes`);
      return [{ type: type(0), shape: permute(x, order) }];
    },
    gradient: ({ b, grad, shape, attributes: { perm } }) => [
      b.op("Transpose", [grad], { perm: invertOrder(perm ?? reversed(shape(0).length)) }),
    ],
  }),

  // Blocks of channels become blocks of pixels.
  defineOp({
    type: "DepthToSpace",
    ...moving,
    rows: { rule: firstAxis },
    sees: (c) => spatially(c, () => repeating(c.attributes.blocksize ?? 1)),
    attributes: { blocksize: attr.int(), mode: attr.string("DCR") },
    shape: ({ attributes: { blocksize = 1 }, shape, type }) => [
      { type: type(0), shape: blocks(shape(0), blocksize, true) },
    ],
    gradient({ b, f, grad, shape, attributes: { blocksize = 1, mode } }) {
      if (mode === "DCR") return [b.op("SpaceToDepth", [grad], { blocksize })];
      const [n, c, h, w] = shape(0) as [number, number, number, number];
      const split = f.reshape(grad, [n, c / blocksize ** 2, h, blocksize, w, blocksize]);
      return [f.reshape(f.transpose(split, [0, 1, 3, 5, 2, 4]), [n, c, h, w])];
    },
  }),
  defineOp({
    type: "SpaceToDepth",
    ...moving,
    rows: { rule: firstAxis },
    sees: (c) => spatially(c, () => blockOf(c.attributes.blocksize ?? 1)),
    attributes: { blocksize: attr.int() },
    shape: ({ attributes: { blocksize = 1 }, shape, type }) => [
      { type: type(0), shape: blocks(shape(0), blocksize, false) },
    ],
    gradient: ({ b, grad, attributes: { blocksize = 1 } }) => [
      b.op("DepthToSpace", [grad], { blocksize, mode: "DCR" }),
    ],
  }),

  // Lays patches (columns) over an image and adds up where they overlap: dcolumns = the patches of
  // the gradient, at the same places.
  defineOp({
    type: "Col2Im",
    ...mixesAll,
    role: "arithmetic",
    attributes: { dilations: attr.ints(), pads: attr.ints(), strides: attr.ints() },
    shape({ shape, type, numbers }) {
      const [x, image, block] = [shape(0), numbers(1), numbers(2)];
      if (x === null || image === undefined) return [{ type: type(0), shape: null }];
      const taps = block && sizeOf(block);
      const channels = typeof x[1] === "number" && taps ? x[1] / taps : null;
      if (channels !== null && !Number.isInteger(channels))
        throw new StriateError(`${x[1]} rows do not divide into patches of ${taps} pixels`);
      return [{ type: type(0), shape: [x[0]!, channels, ...image] }];
    },
    gradient({ b, f, grad, shape, outputShape, numbers, attributes }) {
      const image = outputShape(0).slice(2);
      const pads = attributes.pads ?? image.flatMap(() => [0, 0]);
      const padded = image.map((length, i) => length + pads[i]! + pads[i + image.length]!);
      const places = patchPlaces(padded, numbers(2)!, attributes);
      const [n, c] = outputShape(0) as [number, number];
      const around = b.op("Pad", [
        grad,
        b.i64([0, 0, ...pads.slice(0, image.length), 0, 0, ...pads.slice(image.length)]),
      ]);
      const flat = f.reshape(around, [n, c, sizeOf(padded)]);
      return [f.reshape(b.op("Gather", [flat, b.i64(places)], { axis: 2 }), shape(0)), null, null];
    },
  }),

  // Its own inverse: the same lengths reverse the gradient.
  defineOp({
    type: "ReverseSequence",
    ...mixesAll,
    role: "reshaping",
    attributes: { batch_axis: attr.int(1), time_axis: attr.int(0) },
    shape: sameShape,
    gradient: ({ b, grad, inputs, attributes: { batch_axis, time_axis } }) => [
      b.op("ReverseSequence", [grad, inputs[1]!], { batch_axis, time_axis }),
      null,
    ],
  }),
];

const reversed = (rank: number): number[] =>
  Array.from({ length: rank }, (_, axis) => rank - 1 - axis);

function blocks(x: Dims, size: number, toSpace: boolean): Dims {
  if (x === null) return null;
  if (x.length !== 4) throw new StriateError(`expected 4 axes, got ${x.length}`);
  const scale = (length: Dim, up: boolean): Dim => {
    if (up) return productOf([length, size]);
    if (typeof length !== "number") return size === 1 ? length : null;
    if (length % size !== 0)
      throw new StriateError(`a length of ${length} cannot be cut into blocks of ${size}`);
    return length / size;
  };
  const channels = toSpace ? scale(scale(x[1]!, false), false) : scale(scale(x[1]!, true), true);
  return [x[0]!, channels, scale(x[2]!, toSpace), scale(x[3]!, toSpace)];
}

/** Where the pixels of every patch lie in an image: for each tap of the window, each patch in turn. */
function patchPlaces(
  image: readonly number[],
  block: readonly number[],
  { dilations, strides }: { dilations?: readonly number[]; strides?: readonly number[] },
): number[] {
  const steps = stridesOf(image);
  const along = image.map((length, axis) => {
    const dilation = dilations?.[axis] ?? 1;
    const stride = strides?.[axis] ?? 1;
    const count = Math.floor((length - dilation * (block[axis]! - 1) - 1) / stride) + 1;
    const taps = Array.from(
      { length: checkedLength(block[axis]!, "taps") },
      (_, i) => i * dilation * steps[axis]!,
    );
    return {
      taps,
      starts: Array.from(
        { length: checkedLength(count, "windows") },
        (_, i) => i * stride * steps[axis]!,
      ),
    };
  });
  const sums = (lists: readonly (readonly number[])[]): number[] =>
    lists.reduce<number[]>((all, list) => all.flatMap((a) => list.map((b) => a + b)), [0]);
  const starts = sums(along.map((axis) => axis.starts));
  return sums(along.map((axis) => axis.taps)).flatMap((tap) => starts.map((start) => start + tap));
}

function transposeRows(c: RowContext): RowResult {
  const rows = c.rows(0)!;
  const perm = attribute(c.node, "perm", "ints", reversed(c.shape(0).length));
  return sameForAll(c, { ...rows, axis: perm.indexOf(rows.axis) });
}

function transposeSight(
  c: SightContext<{ perm: readonly number[] | undefined }>,
): Sight | undefined {
  const sight = c.sees(0);
  return Array.isArray(sight)
    ? permute(sight as Exclude<Sight, "all">, c.attributes.perm ?? reversed(sight.length))
    : sight;
}

/** Each pixel becomes `size` pixels. */
function repeating(size: number): Reads {
  const steps = Steps.of(size, 1, () => 0);
  return { first: steps, last: steps };
}

/** `size` pixels become one. */
const blockOf = (size: number): Reads => ({
  first: Steps.linear(0, size),
  last: Steps.linear(size - 1, size),
});
