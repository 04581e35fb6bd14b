import { UnsupportedError } from "../../../base/errors.ts";
import { typeCode } from "../../../graph/protobuf/types.ts";
import { type TfContext, type TfOp, type TfValue, plainValue, positiveAxis } from "../define-op.ts";

// Ops that pick elements by their places, or put them there.

/** The length of the last axis of the indices: how many axes one index goes through. */
function depthOf({ shape }: TfContext, indices: TfValue): number {
  const depth = shape(indices).at(-1);
  if (typeof depth !== "number") throw new UnsupportedError("the length of an index is not known");
  return depth;
}

const gatherNd: TfOp = {
  ops: "GatherNd",
  kind: "reshaping",
  lower(context) {
    const { b, node, input, rank, plain, int64 } = context;
    const x = input(0);
    const left = rank(x) - depthOf(context, input(1));
    const value = b.op("GatherND", [plain(x), int64(1)], {}, { name: node.name });
    return plainValue(value, rank(input(1)) - 1 + left);
  },
};

/** Zeros of a shape, of the type of the updates: what two updates say of one place is added up. */
const scatterNd: TfOp = {
  ops: "ScatterNd",
  kind: "reshaping",
  lower({ b, node, input, shape, type, plain, int64 }) {
    const [rank] = shape(input(2));
    if (typeof rank !== "number") throw new UnsupportedError("the rank of the result is not known");
    const zero = b.op("Cast", [b.f32(0)], { to: typeCode(type(input(1))) });
    const zeros = b.op("Expand", [zero, int64(2)]);
    const inputs = [zeros, int64(0), plain(input(1))];
    return plainValue(b.op("ScatterND", inputs, { reduction: "add" }, { name: node.name }), rank);
  },
};

const tensorScatters: readonly TfOp[] = Object.entries({
  TensorScatterUpdate: "none",
  TensorScatterAdd: "add",
  TensorScatterSub: "add",
  TensorScatterMax: "max",
  TensorScatterMin: "min",
}).map(([ops, reduction]): TfOp => ({
  ops,
  kind: "reshaping",
  lower({ b, node, input, rank, plain, int64 }) {
    const given = plain(input(2));
    const updates = ops === "TensorScatterSub" ? b.op("Neg", [given]) : given;
    const inputs = [plain(input(0)), int64(1), updates];
    const attributes = reduction === "none" ? {} : { reduction };
    const value = b.op("ScatterND", inputs, attributes, { name: node.name });
    return plainValue(value, rank(input(0)));
  },
}));

/** Indices outside of the depth give a row of the off value; ONNX counts negative ones from behind. */
const oneHot: TfOp = {
  ops: "OneHot",
  kind: "other",
  lower({ b, node, attributes, input, rank, plain, int64 }) {
    const size = rank(input(0)) + 1;
    const axis = attributes.int("axis", -1);
    const depth = b.op("Reshape", [int64(1), b.i64([1])]);
    const indices = int64(0);
    const inside = b.op("Where", [b.op("Less", [indices, b.i64(0)]), depth, indices]);
    const ends = [3, 2].map((i) => b.op("Reshape", [plain(input(i)), b.i64([1])]));
    const values = b.op("Concat", ends, { axis: 0 });
    const inputs = [inside, depth, values];
    const value = b.op("OneHot", inputs, { axis: positiveAxis(axis, size) }, { name: node.name });
    return plainValue(value, size);
  },
};

const cumulative: TfOp = {
  ops: "Cumsum",
  kind: "arithmetic",
  lower({ b, node, attributes, input, rank, numbers, arrange }) {
    const x = input(0);
    const axis = x.order.indexOf(positiveAxis(numbers(1)[0] ?? 0, rank(x)));
    const how = {
      exclusive: attributes.flag("exclusive") ? 1 : 0,
      reverse: attributes.flag("reverse") ? 1 : 0,
    };
    const inputs = [arrange(x, x.order), b.i64(axis)];
    return { value: b.op("CumSum", inputs, how, { name: node.name }), order: x.order };
  },
};

/** The places where a condition holds, a row each. */
const where: TfOp = {
  ops: "Where",
  kind: "other",
  lower({ b, input, plain }) {
    const places = b.op("NonZero", [plain(input(0))]);
    return plainValue(b.op("Transpose", [places], { perm: [1, 0] }), 2);
  },
};

/** Keeps a band of the last two axes; a negative width keeps all of that side. */
const bandPart: TfOp = {
  ops: "MatrixBandPart",
  kind: "reshaping",
  lower({ b, input, rank, numbers, plain }) {
    let value = plain(input(0));
    const [below, above] = [numbers(1)[0] ?? -1, numbers(2)[0] ?? -1];
    if (below >= 0) value = b.op("Trilu", [value, b.i64(-below)], { upper: 1 });
    if (above >= 0) value = b.op("Trilu", [value, b.i64(above)], { upper: 0 });
    return plainValue(value, rank(input(0)));
  },
};

/** A tensor of one value, but for some places; as many axes as an index is long. */
const sparseToDense: TfOp = {
  ops: "SparseToDense",
  kind: "other",
  lower({ b, node, input, rank, shape, plain, int64 }) {
    const [size] = shape(input(1));
    if (typeof size !== "number" || rank(input(0)) !== 2)
      throw new UnsupportedError("the rank of the result is not known");
    const ground = b.op("Expand", [plain(input(3)), int64(1)]);
    const [places] = shape(input(0));
    const values = b.op("Expand", [plain(input(2)), b.i64([Number(places ?? 1)])]);
    if (typeof places !== "number")
      throw new UnsupportedError("how many places there are is not known");
    const inputs = [ground, int64(0), values];
    return plainValue(b.op("ScatterND", inputs, {}, { name: node.name }), size);
  },
};

export const indexingOps: readonly TfOp[] = [
  sparseToDense,
  gatherNd,
  scatterNd,
  ...tensorScatters,
  oneHot,
  cumulative,
  where,
  bandPart,
];
