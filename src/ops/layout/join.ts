import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape, normalizeAxis } from "../../base/shape.ts";
import type { Dim } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "../define-op.ts";
import type { InputFacts } from "../facts/input-facts.ts";
import { addDims } from "../facts/dims.ts";
import { type Known, known } from "../facts/known.ts";
import { noWeights } from "../facts/role.ts";
import {
  type RowContext,
  type RowResult,
  axisAttribute,
  besides,
  isRepeated,
} from "../facts/rows.ts";
import { type Sight, type SightContext, anyOf, joined, mixing } from "../facts/sight.ts";

// Joining tensors along an axis, and cutting one into pieces.

export const joinOps: readonly OpDefinition[] = [
  // dx_i = the slice of g where x_i went
  defineOp({
    type: "Concat",
    role: "merging",
    weights: noWeights,
    rows: { rule: concatRows, cutsRepeated: true },
    sees: concatSight,
    multiplyAdds: 0,
    attributes: { axis: attr.int(1) },
    shape({ node, attributes: { axis }, shape, type }) {
      const shapes = node.inputs.map((_, i) => shape(i));
      const first = shapes.find((dims) => dims !== null);
      if (!first) return [{ type: type(0), shape: null }];
      const at = normalizeAxis(axis, first.length);
      const joined = first.map((_, i): Dim => {
        const lengths = shapes.map((dims) => dims?.[i] ?? null);
        if (i === at) return lengths.reduce(addDims, 0);
        return lengths.find((length) => typeof length === "number") ?? lengths[0]!;
      });
      for (const dims of shapes)
        if (
          dims &&
          (dims.length !== first.length ||
            dims.some(
              (length, i) => i !== at && typeof length === "number" && length !== joined[i],
            ))
        )
          throw new StriateError(
            `${formatShape(first)} and ${formatShape(dims)} cannot be joined along axis ${at}`,
          );
      return [{ type: type(0), shape: joined }];
    },
    known({ node, known: of }) {
      const parts = node.inputs.map((_, i) => of(i));
      if (!parts.every((part): part is Known => part?.shape.length === 1)) return undefined;
      const items = parts.flatMap((part) => part.items);
      return known(parts[0]!.type, [items.length], items);
    },
    gradient({ b, grad, inputs, shape, attributes: { axis } }) {
      if (inputs.length === 1) return [grad];
      const at = normalizeAxis(axis, shape(0).length);
      const lengths = inputs.map((_, i) => shape(i)[at]!);
      return b.ops("Split", [grad, b.i64(lengths)], { axis: at }, { outputCount: inputs.length });
    },
  }),

  // dx = the gradients of the pieces, joined again; zeros for a piece that nobody used
  defineOp({
    type: "Split",
    role: "reshaping",
    weights: noWeights,
    rows: { rule: besides(axisAttribute(0)) },
    sees: mixing(({ attributes }, rank) => [normalizeAxis(attributes.axis, rank)]),
    multiplyAdds: 0,
    attributes: { axis: attr.int(0), num_outputs: attr.int(), split: attr.ints() },
    shape(context) {
      const { node, attributes, shape, type } = context;
      const x = shape(0);
      if (x === null) return node.outputs.map(() => ({ type: type(0), shape: null }));
      const axis = normalizeAxis(attributes.axis, x.length);
      const lengths = pieces(context, x[axis]!);
      return lengths.map((length) => ({ type: type(0), shape: x.with(axis, length) }));
    },
    gradient({ b, f, grads, outputs, outputShape, attributes: { axis } }) {
      const parts = outputs.map((_, i) => grads[i] ?? f.zeros(outputShape(i)));
      return [b.op("Concat", parts, { axis }), null];
    },
  }),
];

/** No node of a network has more outputs. */
const mostPieces = 100_000;

/** The lengths of the pieces: as told, else equal ones, the last of which may be shorter. */
function pieces(
  {
    node,
    attributes,
    has,
    numbers,
  }: InputFacts<{ num_outputs: number | undefined; split: readonly number[] | undefined }> &
    Pick<ShapeContext<unknown>, "shape">,
  length: Dim,
): Dim[] {
  const count = attributes.num_outputs ?? node.outputs.length;
  const told = has(1) ? numbers(1) : attributes.split;
  if (told) {
    const sum = told.reduce((a, b) => a + b, 0);
    if (typeof length === "number" && sum !== length)
      throw new StriateError(`pieces of ${told.join(" + ")} do not make a length of ${length}`);
    return [...told];
  }
  if (has(1) || typeof length !== "number")
    return new Array<Dim>(checkedLength(count, "pieces", mostPieces)).fill(null);
  const each = Math.ceil(length / count);
  return Array.from({ length: checkedLength(count, "pieces", mostPieces) }, (_, i) =>
    Math.min(each, Math.max(0, length - i * each)),
  );
}

/** Joined along an axis: all parts must have the rows on one other axis. */
function concatRows(c: RowContext): RowResult {
  const rank = c.outputShape(0).length;
  const [joined] = axisAttribute(0)(c, rank);
  const one = c.node.inputs.map((_, i) => c.rows(i)).find((rows) => rows !== null);
  if (!one || one.axis === joined || one.offset !== undefined) return null;
  const fits = c.node.inputs.every((name, i) => {
    const rows = c.rows(i);
    if (rows === null) return isRepeated(c.facts, name, one.axis);
    return rows.axis === one.axis && rows.each === one.each && rows.offset === undefined;
  });
  return fits ? [one] : null;
}

/** Joined along channels an element sees what any part sees there. */
function concatSight(c: SightContext<{ axis: number }>): Sight | undefined {
  const parts = c.node.inputs.flatMap((_, i) => {
    const sight = c.sees(i);
    return sight === undefined ? [] : [{ sight, shape: c.shape(i) }];
  });
  const all = joined(parts, c.outputShape(0));
  if (all === "all") return all;
  return anyOf(all, [normalizeAxis(c.attributes.axis, all.length)]) ? "all" : all;
}
