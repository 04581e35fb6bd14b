import { UnsupportedError } from "../../../base/errors.ts";
import { toNumbers } from "../../../base/tensor.ts";
import type { TfContext, TfOp } from "../define-op.ts";

/**
 * Rounds to the numbers that codes of so many bits could stand for: what training for quantisation leaves in
 * a graph. The limits are moved so that zero is one of these numbers.
 *
 * Source: tensorflow/core/kernels/fake_quant_ops_functor.h
 */
function rounded(
  { b, attributes, input, arrange, rank }: TfContext,
  limits: readonly (readonly [low: number, high: number])[],
) {
  const x = input(0);
  const lowest = attributes.flag("narrow_range") ? 1 : 0;
  const highest = 2 ** attributes.int("num_bits", 8) - 1;
  const nudged = limits.map(([low, high]) => {
    const scale = Math.fround(Math.fround(high - low) / (highest - lowest));
    const zero = Math.min(Math.max(Math.round(lowest - low / scale), lowest), highest);
    return {
      scale,
      low: Math.fround((lowest - zero) * scale),
      high: Math.fround((highest - zero) * scale),
    };
  });
  // One number for all, or one for each of the last axis, wherever that lies in the graph.
  const last = x.order.indexOf(rank(x) - 1);
  const shape =
    limits.length > 1 ? x.order.map((_, axis) => (axis === last ? limits.length : 1)) : [];
  const of = (pick: (each: (typeof nudged)[number]) => number) => b.f32(nudged.map(pick), shape);
  const [low, high, scale] = [of((n) => n.low), of((n) => n.high), of((n) => n.scale)];
  const clipped = b.op("Min", [b.op("Max", [arrange(x, x.order), low]), high]);
  const steps = b.op("Mul", [b.op("Sub", [clipped, low]), of((n) => 1 / n.scale)]);
  const whole = b.op("Floor", [b.op("Add", [steps, b.f32(0.5)])]);
  return { value: b.op("Add", [b.op("Mul", [whole, scale]), low]), order: x.order };
}

const ofAttributes: TfOp = {
  ops: "FakeQuantWithMinMaxArgs",
  kind: "other",
  lower: (context) =>
    rounded(context, [[context.attributes.real("min", -6), context.attributes.real("max", 6)]]),
};

const ofVariables: TfOp = {
  ops: "FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel",
  kind: "other",
  lower(context) {
    const [low, high] = [1, 2].map((i) => {
      const { constant } = context.input(i);
      if (!constant) throw new UnsupportedError("its limits are computed from the photo");
      return toNumbers(constant);
    });
    return rounded(
      context,
      low!.map((number, i) => [number, high![i] ?? 0]),
    );
  },
};

export const fakeQuantOps: readonly TfOp[] = [ofAttributes, ofVariables];
