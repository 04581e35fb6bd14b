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

/**
 * Rounds to codes that lie evenly on both sides of zero, within a range that is given.
 *
 * Source: tensorflow/core/kernels/quantize_and_dequantize_op.h
 */
const andBack: TfOp = {
  ops: "QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4",
  kind: "other",
  lower({ b, node, attributes, input, inputs, arrange }) {
    const [low, high, counted] = [1, 2, 3].map((i) => {
      const constant = inputs[i]?.constant;
      return constant && toNumbers(constant);
    });
    const isFixed = attributes.flag("range_given") && low?.length === 1 && high?.length === 1;
    if (!isFixed) throw new UnsupportedError("its range is computed from the photo");
    const bits = counted?.[0] ?? attributes.int("num_bits", 8);
    const isSigned = attributes.flag("signed_input", true);
    const most = 2 ** (isSigned ? bits - 1 : bits) - 1;
    const least = isSigned ? -most - (attributes.flag("narrow_range") ? 0 : 1) : 0;
    const stepOf = (limit: number, code: number) => (limit * code > 0 ? limit / code : 0);
    const step = Math.max(stepOf(low[0]!, least), stepOf(high[0]!, most));
    if (!(step > 0)) throw new UnsupportedError("its range is empty");
    const x = input(0);
    const limits = [b.f32(least * step), b.f32(most * step)];
    const cut = b.op("Clip", [arrange(x, x.order), ...limits]);
    const codes = b.op("Mul", [cut, b.f32(1 / step)]);
    const isUp = attributes.text("round_mode", "HALF_TO_EVEN") === "HALF_UP";
    const whole = isUp ? b.op("Floor", [b.op("Add", [codes, b.f32(0.5)])]) : b.op("Round", [codes]);
    return { value: b.op("Mul", [whole, b.f32(step)], {}, { name: node.name }), order: x.order };
  },
};

export const fakeQuantOps: readonly TfOp[] = [ofAttributes, ofVariables, andBack];
