import { largest } from "../../../base/extremes.ts";
import { formatShape, invertOrder, isIdentityOrder, sizeOf } from "../../../base/shape.ts";
import { StriateError, UnsupportedError } from "../../../base/errors.ts";
import type { Tensor } from "../../../base/tensor.ts";
import type { GraphBuilder } from "../../../graph/builder.ts";
import { typeCode } from "../../../graph/protobuf/types.ts";
import { innerType } from "../graph-def.ts";
import type { TfContext, TfOp, TfValue } from "../define-op.ts";
import { plainValue, positiveAxis } from "../define-op.ts";
import { withoutAxes } from "./reduce.ts";

const passOn: TfOp = {
  ops: "Identity Snapshot StopGradient PreventGradient CheckNumerics CheckNumericsV2 EnsureShape GuaranteeConst Print DebugIdentityV2",
  kind: "other",
  lower: ({ input }) => input(0),
};

const identities: TfOp = { ops: "IdentityN", kind: "other", lower: ({ inputs }) => [...inputs] };

const cast: TfOp = {
  ops: "Cast",
  kind: "other",
  lower({ b, attributes, input, arrange }) {
    const x = input(0);
    const to = typeCode(innerType(attributes.type("DstT")));
    return { value: b.op("Cast", [arrange(x, x.order)], { to }), order: x.order };
  },
};

/** TensorFlow's lengths, whatever order the graph value lies in; int64 inside our graphs. */
const shapeOp: TfOp = {
  ops: "Shape",
  kind: "other",
  lower({ b, input, arrange }) {
    const x = input(0);
    const shape = b.op("Shape", [arrange(x, x.order)]);
    const lengths = isIdentityOrder(x.order)
      ? shape
      : b.op("Gather", [shape, b.i64(invertOrder(x.order))], { axis: 0 });
    return plainValue(lengths, 1);
  },
};

const shapesOp: TfOp = {
  ops: "ShapeN",
  kind: "other",
  lower: (context) => context.inputs.map((x) => shapeOp.lower(context.reading([x])) as TfValue),
};

const size: TfOp = {
  ops: "Size",
  kind: "other",
  lower: ({ b, input, arrange }) =>
    plainValue(b.op("Size", [arrange(input(0), input(0).order)]), 0),
};

const rankOp: TfOp = {
  ops: "Rank",
  kind: "other",
  lower: ({ b, input, rank }) => plainValue(b.i64(rank(input(0))), 0),
};

/** A constant in another shape stays one: a layer that reads it then owns it. */
function reshaped(value: Tensor, target: readonly number[] | undefined): TfValue | undefined {
  if (!target) return undefined;
  const known = sizeOf(target.filter((length) => length !== -1));
  const shape = target.map((length) => (length === -1 ? value.data.length / known : length));
  const fits = shape.every((length) => Number.isInteger(length) && length >= 0);
  if (!fits || sizeOf(shape) !== value.data.length) return undefined;
  return { constant: { ...value, shape }, order: shape.map((_, axis) => axis) };
}

const reshape: TfOp = {
  ops: "Reshape",
  kind: "reshaping",
  lower({ b, node, input, plain, int64, shape, maybeNumbers }) {
    const { constant } = input(0);
    const wanted = constant && reshaped(constant, maybeNumbers(1));
    if (wanted) return wanted;
    const target = int64(1);
    const rank = maybeNumbers(1)?.length ?? shape(input(1))[0];
    if (typeof rank !== "number") throw new UnsupportedError("the rank of the result is not known");
    const value = b.op("Reshape", [plain(input(0)), target], {}, { name: node.name });
    return plainValue(value, rank);
  },
};

const squeeze: TfOp = {
  ops: "Squeeze",
  kind: "reshaping",
  lower({ b, node, attributes, input, rank, shape, arrange }) {
    const x = input(0);
    const declared = [...attributes.ints("squeeze_dims"), ...attributes.ints("axis")];
    const axes =
      declared.length > 0
        ? declared.map((axis) => positiveAxis(axis, rank(x)))
        : shape(x).flatMap((length, axis) => (length === 1 ? [axis] : []));
    const left = x.constant?.shape.filter((_, axis) => !axes.includes(axis));
    const squeezed = x.constant && reshaped(x.constant, left);
    if (squeezed) return squeezed;
    const inGraph = b.i64(axes.map((axis) => x.order.indexOf(axis)));
    const value = b.op("Squeeze", [arrange(x, x.order), inGraph], {}, { name: node.name });
    return { value, order: withoutAxes(x.order, axes) };
  },
};

const expand: TfOp = {
  ops: "ExpandDims",
  kind: "reshaping",
  lower({ b, input, rank, numbers, plain }) {
    const x = input(0);
    const axis = positiveAxis(numbers(1)[0] ?? 0, rank(x) + 1);
    return plainValue(b.op("Unsqueeze", [plain(x), b.i64([axis])]), rank(x) + 1);
  },
};

const transposeOp: TfOp = {
  ops: "Transpose",
  kind: "reshaping",
  lower({ input, numbers, arrange, b }) {
    const x = input(0);
    const perm = numbers(1);
    if (perm.length !== x.order.length || !x.order.every((axis) => perm.includes(axis)))
      throw new StriateError(
        `expected an order of ${x.order.length} axes, each once, got ${formatShape(perm)}`,
      );
    // Only the meaning of the axes changes: axis i of the result was axis perm[i].
    const order = x.order.map((axis) => perm.indexOf(axis));
    return x.value === undefined
      ? plainValue(b.op("Transpose", [arrange(x, x.order)], { perm: [...perm] }), perm.length)
      : { value: x.value, order };
  },
};

const pad: TfOp = {
  ops: "Pad PadV2 MirrorPad",
  kind: "reshaping",
  lower(context) {
    const { b, node, attributes, input, numbers, arrange } = context;
    const x = input(0);
    const list = numbers(1);
    if (list.length !== 2 * x.order.length)
      throw new StriateError(
        `expected two pads for each of ${x.order.length} axes, got ${list.length}`,
      );
    const sides = [0, 1].flatMap((side) => x.order.map((axis) => list[2 * axis + side]!));
    const inputs = [arrange(x, x.order), b.i64(sides)];
    if (node.op === "PadV2") inputs.push(arrange(input(2), input(2).order));
    const mirror = attributes.text("mode", "REFLECT");
    if (node.op === "MirrorPad" && mirror === "SYMMETRIC")
      return { value: symmetric(b, inputs[0]!, sides), order: x.order };
    if (node.op === "MirrorPad" && mirror !== "REFLECT")
      throw new UnsupportedError(`mirror mode ${mirror} is not known`);
    const mode = node.op === "MirrorPad" ? "reflect" : undefined;
    return { value: b.op("Pad", inputs, { mode }, { name: node.name }), order: x.order };
  },
};

/** Pads with the mirrored border, its outermost elements included, which ONNX has no mode for. */
function symmetric(b: GraphBuilder, x: string, sides: readonly number[]): string {
  const rank = sides.length / 2;
  const back = b.i64([-1]);
  return sides.slice(0, rank).reduce((value, before, axis) => {
    const after = sides[rank + axis]!;
    const at = b.i64([axis]);
    const start = [value, b.i64([before - 1]), b.i64([-(2 ** 31)]), at, back];
    const end = [value, b.i64([-1]), b.i64([-1 - after]), at, back];
    const parts = [
      ...(before > 0 ? [b.op("Slice", start)] : []),
      value,
      ...(after > 0 ? [b.op("Slice", end)] : []),
    ];
    return parts.length > 1 ? b.op("Concat", parts, { axis }) : value;
  }, x);
}

/** Axis of a node, in the layout that most of the inputs share. */
function joined(context: TfContext, xs: readonly TfValue[], tfAxis: number) {
  const first = xs.find((x) => x.value !== undefined) ?? xs[0];
  if (first === undefined) throw new StriateError("there is nothing to put together");
  const { order } = first;
  const axis = order.indexOf(positiveAxis(tfAxis, order.length));
  return { order, axis, values: xs.map((x) => context.arrange(x, order)) };
}

const concat: TfOp = {
  ops: "ConcatV2 Concat",
  kind: "merging",
  lower(context) {
    const { b, node, inputs, numbers } = context;
    const axisAt = node.op === "Concat" ? 0 : inputs.length - 1;
    const xs = inputs.filter((_, i) => i !== axisAt);
    const { order, axis, values } = joined(context, xs, numbers(axisAt)[0] ?? 0);
    return {
      value: b.op("Concat", values, { axis }, { name: node.name }),
      order,
    };
  },
};

const pack: TfOp = {
  ops: "Pack",
  kind: "merging",
  lower(context) {
    const { b, attributes, inputs, plain, rank } = context;
    const size = rank(inputs[0]!) + 1;
    const axis = positiveAxis(attributes.int("axis", 0), size);
    const raised = inputs.map((x) => b.op("Unsqueeze", [plain(x), b.i64([axis])]));
    return plainValue(b.op("Concat", raised, { axis }), size);
  },
};

const split: TfOp = {
  ops: "Split SplitV",
  kind: "reshaping",
  lower(context) {
    const { b, node, attributes, input, numbers, rank, arrange } = context;
    const sized = node.op === "SplitV";
    const x = input(sized ? 0 : 1);
    const axis = x.order.indexOf(positiveAxis(numbers(sized ? 2 : 0)[0] ?? 0, rank(x)));
    const count = attributes.count("num_split");
    const inputs = [arrange(x, x.order), ...(sized ? [b.i64(numbers(1))] : [])];
    const values = b.ops("Split", inputs, sized ? { axis } : { axis, num_outputs: count }, {
      outputCount: count,
    });
    return values.map((value) => ({ value, order: x.order }));
  },
};

const unpack: TfOp = {
  ops: "Unpack",
  kind: "reshaping",
  lower({ b, attributes, input, rank, plain }) {
    const x = input(0);
    const axis = positiveAxis(attributes.int("axis", 0), rank(x));
    const value = plain(x);
    // bounded: by what count() lets through
    return Array.from({ length: attributes.count("num") }, (_, i) =>
      plainValue(b.op("Gather", [value, b.i64(i)], { axis }), rank(x) - 1),
    );
  },
};

const tile: TfOp = {
  ops: "Tile",
  kind: "reshaping",
  lower: ({ b, input, rank, plain, int64 }) =>
    plainValue(b.op("Tile", [plain(input(0)), int64(1)]), rank(input(0))),
};

const broadcastTo: TfOp = {
  ops: "BroadcastTo",
  kind: "reshaping",
  lower({ b, input, plain, int64, shape }) {
    const [rank] = shape(input(1));
    return plainValue(b.op("Expand", [plain(input(0)), int64(1)]), rank as number);
  },
};

/** The shape that two shapes are broadcast to, of which the shorter one begins with ones. */
const broadcastArgs: TfOp = {
  ops: "BroadcastArgs",
  kind: "other",
  lower({ b, inputs, input, shape, int64 }) {
    const ranks = inputs.map((x) => shape(x)[0]);
    const rank = largest(ranks.map(Number));
    if (!Number.isInteger(rank)) throw new UnsupportedError("the rank of an input is not known");
    const shapes = [0, 1].map((i) => {
      const missing = rank - Number(shape(input(i))[0]);
      // bounded: a difference of ranks
      const ones = b.i64(new Array<number>(missing).fill(1));
      return missing === 0 ? int64(i) : b.op("Concat", [ones, int64(i)], { axis: 0 });
    });
    return plainValue(b.op("Max", shapes), 1);
  },
};

const fill: TfOp = {
  ops: "Fill",
  kind: "other",
  lower({ b, input, plain, int64, shape }) {
    const [rank] = shape(input(0));
    return plainValue(b.op("Expand", [plain(input(1)), int64(0)]), rank as number);
  },
};

export const shapeOps: readonly TfOp[] = [
  passOn,
  identities,
  cast,
  shapeOp,
  shapesOp,
  size,
  rankOp,
  reshape,
  squeeze,
  expand,
  transposeOp,
  pad,
  concat,
  pack,
  split,
  unpack,
  tile,
  broadcastTo,
  broadcastArgs,
  fill,
];
