import { StriateError } from "../../base/errors.ts";
import { normalizeAxis } from "../../base/shape.ts";
import type { DataType } from "../../base/tensor.ts";
import { typeOfCode } from "../../graph/protobuf/types.ts";
import { attr, defineOp, type GradientContext, type OpDefinition } from "../define-op.ts";
import { broadcastDims } from "../facts/dims.ts";
import { gemmCost, matmulDims } from "./matmul.ts";
import { forEach } from "../facts/multiply-adds.ts";
import { mixesAll, pointwise } from "../facts/pointwise.ts";
import { ofFirst } from "../facts/sight.ts";

// Quantised values: q = saturate(round(x / scale) + zero point).

const coding = { ...pointwise, role: "notation", rows: "whole", sees: ofFirst } as const;

export const quantizeOps: readonly OpDefinition[] = [
  // x, scale, zero point
  defineOp({
    type: "QuantizeLinear",
    ...coding,
    attributes: {
      axis: attr.int(1),
      block_size: attr.int(0),
      output_dtype: attr.int(0),
      precision: attr.int(0),
      saturate: attr.int(1),
    },
    shape: ({ attributes: { output_dtype }, has, shape, type }) => [
      {
        type: has(2) ? type(2) : output_dtype ? typeOfCode(output_dtype) : "uint8",
        shape: shape(0),
      },
    ],
    gradient: quantizeGradient,
    quantises: true,
  }),
  defineOp({
    type: "DequantizeLinear",
    ...coding,
    attributes: { axis: attr.int(1), block_size: attr.int(0), output_dtype: attr.int(0) },
    shape: ({ attributes: { output_dtype }, shape, type }) => [
      { type: output_dtype ? typeOfCode(output_dtype) : type(1), shape: shape(0) },
    ],
    gradient: dequantizeGradient,
  }),
  defineOp({
    type: "DynamicQuantizeLinear",
    ...coding,
    shape: ({ shape }) => [
      { type: "uint8", shape: shape(0) },
      { type: "float32", shape: [] },
      { type: "uint8", shape: [] },
    ],
    gradient: "unsupported",
  }),
  // a, its scale and zero point, b, its scale and zero point, those of y
  defineOp({
    type: "QLinearMatMul",
    role: "dense",
    weights: ["kernel", null, null, "kernel"],
    rows: "whole",
    sees: "all",
    multiplyAdds: (c) => forEach(c.outputLengths(0), c.lengths(0)?.slice(-1)),
    shape: ({ shape, type }) => [{ type: type(7), shape: matmulDims(shape(0), shape(3)) }],
    gradient: "unsupported",
  }),
  ...["QLinearAdd", "QLinearMul"].map((type) =>
    defineOp({
      type,
      domain: "com.microsoft",
      ...pointwise,
      role: "arithmetic",
      rows: "whole",
      shape: ({ shape, type: typeOf }) => [
        { type: typeOf(0), shape: broadcastDims([shape(0), shape(3)]) },
      ],
      gradient: "unsupported",
    }),
  ),
  ...["QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax"].map((type) =>
    defineOp({
      type,
      domain: "com.microsoft",
      ...(type === "QLinearSoftmax" ? mixesAll : { ...pointwise, rows: "whole" }),
      role: "activation",
      shape: ({ shape, type: typeOf }) => [{ type: typeOf(0), shape: shape(0) }],
      gradient: "unsupported",
    }),
  ),
  // a, its scale and zero point, b, its scale and zero point, C, scale and zero point of y
  defineOp({
    type: "QGemm",
    domain: "com.microsoft",
    role: "dense",
    weights: ["kernel", null, null, "kernel", null, null, "bias"],
    rows: "whole",
    sees: "all",
    multiplyAdds: gemmCost,
    attributes: { alpha: attr.float(1), transA: attr.int(0), transB: attr.int(0) },
    shape({ attributes: { transA, transB }, has, shape, type }) {
      const rows = shape(0)?.[transA ? 1 : 0] ?? null;
      const columns = shape(3)?.[transB ? 0 : 1] ?? null;
      return [{ type: has(8) ? type(8) : "float32", shape: [rows, columns] }];
    },
    gradient: "unsupported",
  }),
  defineOp({
    type: "QLinearGlobalAveragePool",
    domain: "com.microsoft",
    ...mixesAll,
    role: "pooling",
    attributes: { channels_last: attr.int(0) },
    shape({ attributes: { channels_last }, shape, type }) {
      const x = shape(0);
      const channels = x && (channels_last ? x.length - 1 : 1);
      const dtype: DataType = type(0);
      return [
        { type: dtype, shape: x && x.map((length, i) => (i === 0 || i === channels ? length : 1)) },
      ];
    },
    gradient: "unsupported",
  }),
];

interface Quantised {
  axis: number;
  block_size: number;
}

/**
 * Straight through: rounding has no slope, and is taken for the identity, as quantisation-aware
 * training does. dx = g / scale where q did not saturate, else 0.
 */
function quantizeGradient(context: GradientContext<Quantised>): (string | null)[] {
  const { f, grad, has, inputs, node, type } = context;
  const scale = perAxis(context, inputs[1]!);
  const q = f.div(inputs[0]!, scale);
  const zero = has(2) ? f.cast(perAxis(context, inputs[2]!), f.type) : 0;
  const limits = ranges[has(2) ? type(2) : "uint8"];
  if (!limits) throw new StriateError(`no gradient through the type of ${node.outputs[0]}`);
  const real = f.add(q, zero);
  const [low, high] = [f.less(real, limits[0] - 0.5), f.greater(real, limits[1] + 0.5)];
  return [f.where(low, 0, f.where(high, 0, f.div(grad, scale))), null, null];
}

/** x = (q - zero) scale: dq = g scale, and the scale's gradient is g (q - zero), summed over its axis. */
function dequantizeGradient(context: GradientContext<Quantised>): (string | null)[] {
  const { f, grad, has, inputs, shape, attributes } = context;
  const rank = shape(0).length;
  const q = f.cast(inputs[0]!, f.type);
  const centred = has(2) ? f.sub(q, f.cast(perAxis(context, inputs[2]!), f.type)) : q;
  const axis = shape(1).length === 1 && rank > 0 ? normalizeAxis(attributes.axis, rank) : -1;
  const others = shape(0)
    .map((_, i) => i)
    .filter((i) => i !== axis);
  return [
    f.mul(grad, perAxis(context, inputs[1]!)),
    f.reshape(f.sum(f.mul(grad, centred), others), shape(1)),
    null,
  ];
}

/** A scale or zero point, one for all or one for each element of the axis, as it broadcasts with x. */
function perAxis({ attributes, f, shape }: GradientContext<Quantised>, value: string): string {
  if (attributes.block_size) throw new StriateError("no gradient of a quantisation by blocks");
  const rank = shape(0).length;
  if (shape(1).length === 0 || rank === 0) return value;
  const axis = normalizeAxis(attributes.axis, rank);
  return f.reshape(
    value,
    shape(0).map((_, i) => (i === axis ? shape(1)[0]! : 1)),
  );
}

const ranges: Partial<Record<DataType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};
