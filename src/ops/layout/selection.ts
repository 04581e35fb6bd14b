import { normalizeAxis } from "../../base/shape.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { sameShape } from "../arithmetic/elementwise.ts";
import { mixesAll } from "../facts/pointwise.ts";
import { mixing } from "../facts/sight.ts";

// Choosing elements by their value.

export const selectionOps: readonly OpDefinition[] = [
  defineOp({
    type: "TopK",
    ...mixesAll,
    role: "arithmetic",
    sees: mixing(({ attributes }, rank) => [normalizeAxis(attributes.axis, rank)]),
    attributes: { axis: attr.int(-1), k: attr.int(), largest: attr.int(1), sorted: attr.int(1) },
    shape({ attributes, numbers, shape, type }) {
      const x = shape(0);
      const k = attributes.k ?? numbers(1)?.[0] ?? null;
      const dims = x && x.with(normalizeAxis(attributes.axis, x.length), k);
      return [
        { type: type(0), shape: dims },
        { type: "int64", shape: dims },
      ];
    },
    // dx = g at the places that were chosen
    gradient: ({ b, f, grad, outputs, shape, attributes: { axis } }) => [
      b.op("ScatterElements", [f.zeros(shape(0)), outputs[1]!, grad], { axis }),
      null,
    ],
  }),
  defineOp({
    type: "NonZero",
    ...mixesAll,
    role: "arithmetic",
    shape: ({ shape }) => [{ type: "int64", shape: [shape(0)?.length ?? null, null] }],
    gradient: "zero",
  }),
  defineOp({
    type: "Compress",
    ...mixesAll,
    role: "reshaping",
    attributes: { axis: attr.int() },
    shape({ attributes: { axis }, shape, type }) {
      const x = shape(0);
      if (axis === undefined) return [{ type: type(0), shape: [null] }];
      return [{ type: type(0), shape: x && x.with(normalizeAxis(axis, x.length), null) }];
    },
    gradient: "unsupported",
  }),
  defineOp({
    type: "Unique",
    ...mixesAll,
    role: "arithmetic",
    attributes: { axis: attr.int(), sorted: attr.int(1) },
    shape({ attributes: { axis }, shape, type }) {
      const x = shape(0);
      const dims = axis === undefined ? [null] : x && x.with(normalizeAxis(axis, x.length), null);
      const index = { type: "int64" as const, shape: [null] };
      return [{ type: type(0), shape: dims }, index, index, index];
    },
    gradient: "unsupported",
  }),
  // indices, depth, [off, on]
  defineOp({
    type: "OneHot",
    ...mixesAll,
    role: "arithmetic",
    attributes: { axis: attr.int(-1) },
    shape({ attributes, numbers, shape, type }) {
      const indices = shape(0);
      if (indices === null) return [{ type: type(2), shape: null }];
      const axis = normalizeAxis(attributes.axis, indices.length + 1);
      return [{ type: type(2), shape: indices.toSpliced(axis, 0, numbers(1)?.[0] ?? null) }];
    },
    gradient: "unsupported",
  }),
  // boxes, scores, and limits
  defineOp({
    type: "NonMaxSuppression",
    ...mixesAll,
    role: "arithmetic",
    attributes: { center_point_box: attr.int(0) },
    shape: () => [{ type: "int64", shape: [null, 3] }],
    gradient: "zero",
  }),
  defineOp({
    type: "Det",
    ...mixesAll,
    role: "arithmetic",
    shape: ({ shape, type }) => [{ type: type(0), shape: shape(0)?.slice(0, -2) ?? null }],
    gradient: "unsupported",
  }),
  defineOp({
    type: "NegativeLogLikelihoodLoss",
    ...mixesAll,
    role: "arithmetic",
    attributes: { ignore_index: attr.int(), reduction: attr.string("mean") },
    shape: ({ attributes: { reduction }, shape, type }) => [
      { type: type(0), shape: reduction === "none" ? shape(1) : [] },
    ],
    gradient: "unsupported",
  }),
  defineOp({
    type: "SoftmaxCrossEntropyLoss",
    ...mixesAll,
    role: "arithmetic",
    attributes: { ignore_index: attr.int(), reduction: attr.string("mean") },
    shape: (context) => [
      {
        type: context.type(0),
        shape: context.attributes.reduction === "none" ? context.shape(1) : [],
      },
      ...sameShape(context),
    ],
    gradient: "unsupported",
  }),
];
