import { StriateError } from "../../base/errors.ts";
import { normalizeAxis } from "../../base/shape.ts";
import { normalizeAxes } from "../facts/axes.ts";
import type { Dim } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { known } from "../facts/known.ts";
import { pointwise } from "../facts/pointwise.ts";
import { noWeights } from "../facts/role.ts";
import { type RowContext, besides } from "../facts/rows.ts";
import { type Sight, type SightContext, ofFirst, reading, through } from "../facts/sight.ts";
import { centerGradient, padGradient, sliceGradient } from "./slice-gradient.ts";
import { type SliceAttributes, type SliceRange, rangesOf, resolveRange } from "./slice-range.ts";

// Cutting out and padding.

const cutting = { role: "reshaping", weights: noWeights, multiplyAdds: 0 } as const;

export const sliceOps: readonly OpDefinition[] = [
  defineOp({
    type: "Slice",
    ...cutting,
    rows: { rule: besides(slicedAxes) },
    sees: sliceSight,
    attributes: { axes: attr.ints(), starts: attr.ints(), ends: attr.ints() },
    shape(context) {
      const x = context.shape(0);
      const type = context.type(0);
      if (x === null) return [{ type, shape: null }];
      const ranges = rangesOf(context, x.length);
      if (!ranges) {
        const axes = context.numbers(3)?.map((axis) => normalizeAxis(axis, x.length));
        return [
          { type, shape: x.map((length, axis) => (axes && !axes.includes(axis) ? length : null)) },
        ];
      }
      const shape = [...x];
      for (const range of ranges) shape[range.axis] = slicedLength(range, shape[range.axis]!);
      return [{ type, shape }];
    },
    known(context) {
      const x = context.known(0);
      const [range, ...more] = (x?.shape.length === 1 && rangesOf(context, 1)) || [];
      if (!x || !range || more.length > 0) return undefined;
      const { first, count, step } = resolveRange(range, x.items.length);
      // bounded: no more than the known elements
      const items = Array.from({ length: count }, (_, i) => x.items[first + i * step]!);
      return known(x.type, [count], items);
    },
    gradient: sliceGradient,
  }),

  defineOp({
    type: "Pad",
    ...cutting,
    rows: { rule: besides(paddedAxes) },
    sees: padSight,
    attributes: { mode: attr.string("constant"), pads: attr.ints(), value: attr.float() },
    shape({ attributes, has, numbers, shape, type }) {
      const x = shape(0);
      if (x === null) return [{ type: type(0), shape: null }];
      const pads = attributes.pads ?? numbers(1);
      if (!pads || (has(3) && !numbers(3))) return [{ type: type(0), shape: x.map(() => null) }];
      const padded = [...x];
      const axes = normalizeAxes(numbers(3), x.length);
      if (pads.length !== 2 * axes.length)
        throw new StriateError(
          `expected ${2 * axes.length} pads, two for each axis, got ${pads.length}`,
        );
      for (const [i, axis] of axes.entries()) {
        const extra = pads[i]! + pads[i + axes.length]!;
        const length = x[axis]!;
        padded[axis] = extra === 0 ? length : typeof length === "number" ? length + extra : null;
        if (typeof padded[axis] === "number" && padded[axis] < 0)
          throw new StriateError(`pads of ${extra} leave nothing of a length of ${length}`);
      }
      return [{ type: type(0), shape: padded }];
    },
    gradient: padGradient,
  }),

  defineOp({
    type: "CenterCropPad",
    ...cutting,
    rows: "whole",
    sees: centerSight,
    attributes: { axes: attr.ints() },
    shape({ attributes: { axes }, known: of, shape, type }) {
      const x = shape(0);
      if (x === null) return [{ type: type(0), shape: null }];
      const target = of(1)?.items;
      const result: Dim[] = [...x];
      for (const [i, axis] of normalizeAxes(axes, x.length).entries())
        result[axis] = target?.[i] ?? null;
      return [{ type: type(0), shape: result }];
    },
    gradient: centerGradient,
  }),

  // The upper or lower triangle of matrices: dx = the same triangle of g
  defineOp({
    type: "Trilu",
    ...pointwise,
    role: "arithmetic",
    rows: "whole",
    sees: ofFirst,
    attributes: { upper: attr.int(1) },
    shape: ({ shape, type }) => [{ type: type(0), shape: shape(0) }],
    gradient: ({ b, grad, inputs, attributes: { upper } }) => [
      b.op("Trilu", inputs[1] ? [grad, inputs[1]] : [grad], { upper }),
      null,
    ],
  }),
];

function slicedLength(range: SliceRange, length: Dim): Dim {
  if (typeof length === "number") return resolveRange(range, length).count;
  // The whole of an axis, whatever its length.
  const whole = range.step === 1 && range.start === 0 && range.end >= 2 ** 31 - 1;
  if (whole) return length;
  return range.step === 1 && range.start >= 0 && range.end >= 0 && range.end <= range.start
    ? 0
    : null;
}

function slicedAxes({ node, facts }: RowContext, rank: number): number[] | undefined {
  return node.inputs[3]
    ? facts.integers(node.inputs[3])?.map((axis) => normalizeAxis(axis, rank))
    : facts.integers(node.inputs[1])?.map((_, axis) => axis);
}

function paddedAxes({ node, facts }: RowContext, rank: number): number[] | undefined {
  const pads = facts.integers(node.inputs[1]);
  if (pads === undefined || node.inputs[3]) return undefined;
  return pads.flatMap((pad, i) => (pad === 0 ? [] : [i % rank]));
}

/** Each axis begins at another element; undefined where that is not known. */
function shifted(
  c: SightContext<unknown>,
  start: (axis: number, rank: number) => { first: number; step?: number } | undefined,
): Sight | undefined {
  const sight = c.sees(0);
  if (sight === undefined || sight === "all") return sight;
  const result = sight.map((axis, i) => {
    const at = axis && start(i, sight.length);
    return at ? through(axis, reading(at.first, at.step)) : at;
  });
  return result.includes(undefined) ? undefined : (result as Exclude<Sight, "all">);
}

function sliceSight(c: SightContext<SliceAttributes>): Sight | undefined {
  return shifted(c, (axis, rank) => {
    const ranges = rangesOf(c, rank);
    const range = ranges?.find((one) => one.axis === axis);
    const length = c.shape(0)?.[axis];
    if (ranges === undefined || range === undefined) return ranges && { first: 0 };
    if (typeof length === "number") return resolveRange(range, length);
    return range.start >= 0 && range.step > 0
      ? { first: range.start, step: range.step }
      : undefined;
  });
}

/** Where the border is mirrored, what lies in the padding is seen again inside. */
function padSight(c: SightContext<{ pads: readonly number[] | undefined }>): Sight | undefined {
  const pads = c.attributes.pads ?? c.numbers(1);
  if (!pads || (c.has(3) && !c.numbers(3))) return undefined;
  return shifted(c, (axis, rank) => ({
    first: -(pads[normalizeAxes(c.numbers(3), rank).indexOf(axis)] ?? 0),
  }));
}

function centerSight(c: SightContext<unknown>): Sight | undefined {
  return shifted(c, (axis) => {
    const [from, to] = [c.shape(0)?.[axis], c.outputShape(0)?.[axis]];
    if (typeof from !== "number" || typeof to !== "number") return undefined;
    return { first: from >= to ? Math.floor((from - to) / 2) : -Math.floor((to - from) / 2) };
  });
}
