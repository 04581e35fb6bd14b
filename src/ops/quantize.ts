import type { DataType } from "../base/tensor.ts";
import { typeOfCode } from "../graph/protobuf/types.ts";
import { attr, defineOp, type OpDefinition } from "./define-op.ts";
import { broadcastDims } from "./dims.ts";
import { matmulDims } from "./matmul.ts";

// Quantised values: q = saturate(round(x / scale) + zero point).

export const quantizeOps: readonly OpDefinition[] = [
  // x, scale, zero point
  defineOp({
    type: "QuantizeLinear",
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
    gradient: "unsupported",
  }),
  defineOp({
    type: "DequantizeLinear",
    attributes: { axis: attr.int(1), block_size: attr.int(0), output_dtype: attr.int(0) },
    shape: ({ attributes: { output_dtype }, shape, type }) => [
      { type: output_dtype ? typeOfCode(output_dtype) : type(1), shape: shape(0) },
    ],
    gradient: "unsupported",
  }),
  defineOp({
    type: "DynamicQuantizeLinear",
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
    shape: ({ shape, type }) => [{ type: type(7), shape: matmulDims(shape(0), shape(3)) }],
    gradient: "unsupported",
  }),
  ...["QLinearAdd", "QLinearMul"].map((type) =>
    defineOp({
      type,
      domain: "com.microsoft",
      shape: ({ shape, type: typeOf }) => [
        { type: typeOf(0), shape: broadcastDims([shape(0), shape(3)]) },
      ],
      gradient: "unsupported",
    }),
  ),
  ...["QLinearSigmoid", "QLinearLeakyRelu"].map((type) =>
    defineOp({
      type,
      domain: "com.microsoft",
      shape: ({ shape, type: typeOf }) => [{ type: typeOf(0), shape: shape(0) }],
      gradient: "unsupported",
    }),
  ),
  defineOp({
    type: "QLinearGlobalAveragePool",
    domain: "com.microsoft",
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
