import { StriateError } from "../../base/errors.ts";
import { normalizeAxis } from "../../base/shape.ts";
import type { InputFacts } from "../facts/input-facts.ts";

export type SliceAttributes = {
  axes: readonly number[] | undefined;
  starts: readonly number[] | undefined;
  ends: readonly number[] | undefined;
};
type SliceFacts = InputFacts<SliceAttributes>;

/** One sliced axis as ONNX writes it: ends and starts may lie far outside. */
export interface SliceRange {
  axis: number;
  start: number;
  end: number;
  step: number;
}

/** The ranges of a Slice, by attributes (before opset 10) or inputs; undefined where not known. */
export function rangesOf(
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
