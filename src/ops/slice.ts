import { StriateError } from "../base/errors.ts";
import { normalizeAxis } from "../base/shape.ts";
import type { Dim } from "../graph/graph.ts";
import { attr, defineOp, type InputFacts, type OpDefinition } from "./define-op.ts";
import { known } from "./known.ts";

// Cutting out and padding.

const sliceAttributes = { axes: attr.ints(), starts: attr.ints(), ends: attr.ints() };
type SliceFacts = InputFacts<{
  axes: readonly number[] | undefined;
  starts: readonly number[] | undefined;
  ends: readonly number[] | undefined;
}>;

/** One sliced axis as ONNX writes it: ends and starts may lie far outside. */
interface SliceRange {
  axis: number;
  start: number;
  end: number;
  step: number;
}

/** The ranges of a Slice, by attributes (before opset 10) or inputs; undefined where not known. */
function rangesOf(
  { attributes, has, numbers }: SliceFacts,
  rank: number,
): SliceRange[] | undefined {
  const starts = attributes.starts ?? numbers(1);
  const ends = attributes.ends ?? numbers(2);
  const axes = attributes.axes ?? (has(3) ? numbers(3) : starts?.map((_, i) => i));
  const steps = has(4) ? numbers(4) : starts?.map(() => 1);
  if (!starts || !ends || !axes || !steps) return undefined;
  return axes.map((axis, i) => ({
    axis: normalizeAxis(axis, rank),
    start: starts[i]!,
    end: ends[i]!,
    step: steps[i]!,
  }));
}

/** First index and number of elements that a range takes from an axis, by the rule of NumPy. */
export function resolveRange({ start, end, step }: Omit<SliceRange, "axis">, length: number) {
  if (step === 0) throw new StriateError("a slice cannot have a step of 0");
  const clamp = (index: number, low: number, high: number) =>
    Math.min(Math.max(index < 0 ? index + length : index, low), high);
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const first = clamp(start, low, high);
  // -1 as an end means the last element; "before the first" is written as a large negative number.
  const last = clamp(end, low, high);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)), step };
}

export const sliceOps: readonly OpDefinition[] = [
  defineOp({
    type: "Slice",
    attributes: sliceAttributes,
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
      const items = Array.from({ length: count }, (_, i) => x.items[first + i * step]!);
      return known(x.type, [count], items);
    },
    gradient: "unsupported",
  }),

  defineOp({
    type: "Pad",
    attributes: { mode: attr.string("constant"), pads: attr.ints(), value: attr.float() },
    shape({ attributes, has, numbers, shape, type }) {
      const x = shape(0);
      if (x === null) return [{ type: type(0), shape: null }];
      const pads = attributes.pads ?? numbers(1);
      if (!pads || (has(3) && !numbers(3))) return [{ type: type(0), shape: x.map(() => null) }];
      const padded = [...x];
      const axes = padAxes(numbers(3), x.length);
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
    gradient: "unsupported",
  }),

  defineOp({
    type: "CenterCropPad",
    attributes: { axes: attr.ints() },
    shape({ attributes: { axes }, known: of, shape, type }) {
      const x = shape(0);
      if (x === null) return [{ type: type(0), shape: null }];
      const target = of(1)?.items;
      const result: Dim[] = [...x];
      for (const [i, axis] of padAxes(axes, x.length).entries()) result[axis] = target?.[i] ?? null;
      return [{ type: type(0), shape: result }];
    },
    gradient: "unsupported",
  }),

  // The upper or lower triangle of matrices: dx = the same triangle of g
  defineOp({
    type: "Trilu",
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

export function padAxes(axes: readonly number[] | undefined, rank: number): number[] {
  return axes
    ? axes.map((axis) => normalizeAxis(axis, rank))
    : Array.from({ length: rank }, (_, axis) => axis);
}
