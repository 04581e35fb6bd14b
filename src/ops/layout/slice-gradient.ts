import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { type Row, transposedAlong } from "../windows/along-axis.ts";
import { normalizeAxes } from "../facts/axes.ts";
import type { GradientContext } from "../define-op.ts";
import { type SliceAttributes, rangesOf, resolveRange } from "./slice-range.ts";

type Gradients = (string | null)[];

/** dx = g where x was cut out, zeros around it and, with a step, between. */
export function sliceGradient(context: GradientContext<SliceAttributes>): Gradients {
  const { b, f, grad, inputs, shape, outputShape } = context;
  const x = shape(0);
  const none = inputs.slice(1).map(() => null);
  const ranges = rangesOf(context, x.length);
  if (!ranges) throw new StriateError("no gradient of a Slice whose bounds are computed from data");
  const before = x.map(() => 0);
  const lengths = [...outputShape(0)];
  if (lengths.includes(0)) return [f.zeros(x), ...none];
  let g = grad;
  for (const range of ranges) {
    const { axis } = range;
    const { first, count, step } = resolveRange(range, x[axis]!);
    before[axis] = step < 0 ? first + (count - 1) * step : first;
    if (step < 0) {
      const [last, beforeFirst] = [b.i64([-1]), b.i64([-(2 ** 31)])];
      g = b.op("Slice", [g, last, beforeFirst, b.i64([axis]), b.i64([-1])]);
    }
    const gap = Math.abs(step) - 1;
    if (gap === 0) continue;
    // Zeros behind every element: an axis of length 1 that is padded, then folded in.
    const split = lengths.toSpliced(axis + 1, 0, 1);
    const none = split.map(() => 0);
    g = b.op("Pad", [f.reshape(g, split), b.i64([...none, ...none.with(axis + 1, gap)])]);
    lengths[axis] = count * (gap + 1);
    g = f.reshape(g, lengths);
  }
  const after = x.map((length, axis) => length - before[axis]! - lengths[axis]!);
  return [pad(context, g, before, after), ...none];
}

/** dx = g without the padding; elements that the padding repeats add up. The value gets what it filled. */
export function padGradient(
  context: GradientContext<{
    mode: string;
    pads: readonly number[] | undefined;
    value: number | undefined;
  }>,
): Gradients {
  const { attributes, f, grad, has, inputs, numbers, shape, outputShape } = context;
  const x = shape(0);
  const pads = attributes.pads ?? numbers(1);
  if (!pads || (has(3) && !numbers(3)))
    throw new StriateError("no gradient of a Pad whose pads are computed from data");
  const axes = normalizeAxes(numbers(3), x.length);
  const before = x.map((_, axis) => pads[axes.indexOf(axis)] ?? 0);
  const after = x.map((_, axis) => pads[axes.indexOf(axis) + axes.length] ?? 0);
  for (const axis of x.keys()) if (!axes.includes(axis)) before[axis] = after[axis] = 0;
  const rest = inputs.slice(1).map((): string | null => null);
  if (attributes.mode === "constant") {
    const dx = pad(
      context,
      grad,
      before.map((n) => -n),
      after.map((n) => -n),
    );
    if (has(2)) {
      const all = x.map((_, axis) => axis);
      rest[1] = f.sub(f.sum(grad, all, false), f.sum(dx, all, false));
    }
    return [dx, ...rest];
  }
  const lengths = [...outputShape(0)];
  let g = grad;
  for (const [axis, length] of x.entries()) {
    if (before[axis] === 0 && after[axis] === 0) continue;
    const rows = Array.from(
      { length: checkedLength(lengths[axis]!, "elements of an axis") },
      (_, o): Row => [[sourceOf(attributes.mode, o - before[axis]!, length), 1]],
    );
    g = transposedAlong(f, g, lengths, axis, rows, length);
    lengths[axis] = length;
  }
  return [g, ...rest];
}

/** The element that stands at place `i`, counted from the first one of x, which may lie outside. */
function sourceOf(mode: string, i: number, length: number): number {
  if (mode === "edge") return Math.min(Math.max(i, 0), length - 1);
  if (mode === "wrap") return ((i % length) + length) % length;
  if (mode !== "reflect") throw new StriateError(`no gradient of a Pad of mode "${mode}"`);
  // There and back again without repeating the ends.
  const period = Math.max(1, 2 * (length - 1));
  const place = ((i % period) + period) % period;
  return Math.min(place, period - place);
}

/** The opposite of cropping and padding around the centre. */
export function centerGradient(
  context: GradientContext<{ axes: readonly number[] | undefined }>,
): Gradients {
  const { grad, shape, outputShape } = context;
  const extra = shape(0).map((length, axis) => length - outputShape(0)[axis]!);
  const before = extra.map((n) => (n > 0 ? Math.floor(n / 2) : -Math.floor(-n / 2)));
  const after = extra.map((n, axis) => n - before[axis]!);
  return [pad(context, grad, before, after), null];
}

/** g with zeros around it; negative pads cut off. */
function pad(
  { b }: GradientContext<unknown>,
  g: string,
  before: readonly number[],
  after: readonly number[],
): string {
  if ([...before, ...after].every((n) => n === 0)) return g;
  return b.op("Pad", [g, b.i64([...before, ...after].map((n) => n + 0))]);
}
