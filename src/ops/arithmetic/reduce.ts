import { normalizeAxis } from "../../base/shape.ts";
import { attribute } from "../../graph/attributes.ts";
import type { DataType } from "../../base/tensor.ts";
import type { Dim, ValueType } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "../define-op.ts";
import type { InputFacts } from "../facts/input-facts.ts";
import { productOf } from "../facts/dims.ts";
import type { Formula } from "../facts/formula.ts";
import { known } from "../facts/known.ts";
import { mixesAll, pointwise } from "../facts/pointwise.ts";
import { type RowContext, type RowResult, axisAttribute, besides } from "../facts/rows.ts";
import { type Sight, type SightContext, anyOf, mixing } from "../facts/sight.ts";

// Reductions over axes. Until opset 17 most of them had the axes as an attribute, now as an input.

const reduceAttributes = {
  axes: attr.ints(),
  keepdims: attr.int(1),
  noop_with_empty_axes: attr.int(0),
};
interface ReduceAttributes {
  axes: readonly number[] | undefined;
  keepdims: number;
  noop_with_empty_axes: number;
}

/** The axes that are reduced, sorted; undefined where they are not known. */
function axesOf(context: InputFacts<ReduceAttributes>, rank: number): number[] | undefined {
  const { attributes, has, numbers } = context;
  if (has(1) && numbers(1) === undefined) return undefined;
  const axes = numbers(1) ?? attributes.axes ?? [];
  if (axes.length === 0)
    return attributes.noop_with_empty_axes ? [] : Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => normalizeAxis(axis, rank)).sort((a, b) => a - b);
}

function reduceShape(context: ShapeContext<ReduceAttributes>): ValueType[] {
  const x = context.shape(0);
  const type = context.type(0);
  const { keepdims } = context.attributes;
  if (x === null) return [{ type, shape: null }];
  const axes = axesOf(context, x.length);
  if (axes === undefined) return [{ type, shape: keepdims ? x.map(() => null) : null }];
  return [{ type, shape: reducedDims(x, axes, keepdims !== 0) }];
}

export function reducedDims(x: readonly Dim[], axes: readonly number[], keep: boolean): Dim[] {
  return keep
    ? x.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : x.filter((_, axis) => !axes.includes(axis));
}

/** What a derivative is written with. g and y have the reduced axes as axes of length 1. */
interface Reduction {
  f: Formula;
  g: string;
  x: string;
  y: string;
  /** The axes, and how many elements make one. */
  axes: readonly number[];
  count: number;
  /** Reduces another tensor over the same axes, keeping them. */
  reduce(op: string, value: string): string;
}

function reduction(
  type: string,
  derivative: (reduction: Reduction) => string,
  knownItems?: (items: readonly Dim[]) => Dim,
): OpDefinition {
  return defineOp({
    type,
    ...mixesAll,
    role: "arithmetic",
    rows: { rule: (c) => reductionRows(c, type === "ReduceSum") },
    sees: (c) => reductionSight(c, axesOf),
    attributes: reduceAttributes,
    shape: reduceShape,
    known: knownItems && ((context) => knownReduction(context, knownItems)),
    gradient(context) {
      const { f, b, grad, inputs, outputs, shape } = context;
      const x = shape(0);
      const axes = axesOf(context, x.length)!;
      const kept = x.map((length, axis) => (axes.includes(axis) ? 1 : length));
      const restore = (value: string) =>
        context.attributes.keepdims ? value : f.reshape(value, kept);
      const gradient = derivative({
        f,
        g: restore(grad),
        x: inputs[0]!,
        y: restore(outputs[0]!),
        axes,
        count: axes.reduce((product, axis) => product * x[axis]!, 1),
        reduce: (op, value) =>
          b.op(op, [value, b.i64(axes)], { keepdims: 1, noop_with_empty_axes: 1 }),
      });
      return [gradient, null];
    },
  });
}

/** Of a whole vector, which is all that exporters reduce when they compute sizes. */
function knownReduction(
  context: ShapeContext<ReduceAttributes>,
  reduce: (items: readonly Dim[]) => Dim,
) {
  const x = context.known(0);
  if (x?.shape.length !== 1 || axesOf(context, 1)?.length !== 1) return undefined;
  return known(x.type, context.attributes.keepdims ? [1] : [], [reduce(x.items)]);
}

export const reduceOps: readonly OpDefinition[] = [
  // y = sum x: dx = g everywhere
  reduction("ReduceSum", ({ g }) => g),
  // y = sum x / n: dx = g / n
  reduction("ReduceMean", ({ f, g, count }) => f.div(g, count)),
  // y = max x: dx = g at the maximum; where several are equal each gets its share, as in TensorFlow
  reduction("ReduceMax", shareOfExtreme),
  reduction("ReduceMin", shareOfExtreme),
  // y = product x: dx = g times the product of all the others
  reduction(
    "ReduceProd",
    ({ f, g, x, y, reduce }) => {
      // With one zero only that element has a gradient, the product of the rest; with two, none has.
      const isZero = f.equal(x, 0);
      const zeros = reduce("ReduceSum", f.indicator(isZero));
      const safe = f.where(isZero, 1, x);
      const others = f.where(f.equal(zeros, 1), reduce("ReduceProd", safe), 0);
      return f.mul(g, f.where(isZero, others, f.div(y, safe)));
    },
    productOf,
  ),
  // y = sum |x|: dx = g sign x
  reduction("ReduceL1", ({ f, g, x }) => f.mul(g, f.apply("Sign", x))),
  // y = sqrt(sum x²): dx = g x / y, and 0 where y = 0
  reduction("ReduceL2", ({ f, g, x, y }) => {
    const isZero = f.equal(y, 0);
    return f.mul(f.where(isZero, 0, f.div(g, f.where(isZero, 1, y))), x);
  }),
  // y = sum x²: dx = 2 g x
  reduction("ReduceSumSquare", ({ f, g, x }) => f.mul(g, f.mul(x, 2))),
  // y = ln sum x: dx = g / e^y
  reduction("ReduceLogSum", ({ f, g, y }) => f.div(g, f.apply("Exp", y))),
  // y = ln sum e^x: dx = g e^(x - y)
  reduction("ReduceLogSumExp", ({ f, g, x, y }) => f.mul(g, f.apply("Exp", f.sub(x, y)))),

  argument("ArgMax"),
  argument("ArgMin"),

  // y[i] = sum of x[0..i]: dx = the same sum of g from the other end
  defineOp({
    type: "CumSum",
    ...pointwise,
    role: "arithmetic",
    rows: "whole",
    sees: mixing(({ numbers }, rank) => numbers(1)?.map((axis) => normalizeAxis(axis, rank))),
    attributes: { exclusive: attr.int(0), reverse: attr.int(0) },
    shape: ({ type, shape }) => [{ type: type(0), shape: shape(0) }],
    gradient: ({ b, grad, inputs, attributes: { exclusive, reverse } }) => [
      b.op("CumSum", [grad, inputs[1]!], { exclusive, reverse: reverse ? 0 : 1 }),
      null,
    ],
  }),
];

function shareOfExtreme({ f, g, x, y, reduce }: Reduction): string {
  const winners = f.indicator(f.equal(x, y));
  return f.mul(winners, f.div(g, reduce("ReduceSum", winners)));
}

function argument(type: string): OpDefinition {
  return defineOp({
    type,
    ...mixesAll,
    role: "arithmetic",
    rows: { rule: besides(axisAttribute(0)) },
    sees: (c) =>
      reductionSight(c, ({ attributes }, rank) => [normalizeAxis(attributes.axis, rank)]),
    attributes: { axis: attr.int(0), keepdims: attr.int(1), select_last_index: attr.int(0) },
    shape({ attributes: { axis, keepdims }, shape }) {
      const x = shape(0);
      const type: DataType = "int64";
      return [
        { type, shape: x && reducedDims(x, [normalizeAxis(axis, x.length)], keepdims !== 0) },
      ];
    },
    gradient: "zero",
  });
}

/** @param isSum whether the parts of a batch add up to the result */
function reductionRows(c: RowContext, isSum: boolean): RowResult {
  const rows = c.rows(0);
  const axes = rowAxesOf(c, c.shape(0).length);
  if (rows === null || rows.offset !== undefined || axes === undefined) return null;
  if (axes.includes(rows.axis)) return isSum ? "sum" : null;
  const keep = attribute(c.node, "keepdims", "int", 1) !== 0;
  const before = keep ? 0 : axes.filter((axis) => axis < rows.axis).length;
  return [{ axis: rows.axis - before, each: rows.each }];
}

/** Axes that are an input in newer opsets and were an attribute before; none given means all. */
function rowAxesOf({ node, facts }: RowContext, rank: number): number[] | undefined {
  const given = node.inputs[1]
    ? facts.integers(node.inputs[1])
    : attribute(node, "axes", "ints", []);
  if (given === undefined) return undefined;
  return given.length === 0
    ? Array.from({ length: rank }, (_, axis) => axis)
    : given.map((axis) => normalizeAxis(axis, rank));
}

/** A reduction over an axis of the picture leaves no place; other axes go, or stay with length 1. */
function reductionSight<A extends { keepdims: number }>(
  c: SightContext<A>,
  axesOf: (c: SightContext<A>, rank: number) => readonly number[] | undefined,
): Sight | undefined {
  const sight = c.sees(0);
  if (sight === undefined || sight === "all") return sight;
  const axes = axesOf(c, sight.length);
  if (axes === undefined || anyOf(sight, axes)) return "all";
  return c.attributes.keepdims ? sight : sight.filter((_, axis) => !axes.includes(axis));
}
