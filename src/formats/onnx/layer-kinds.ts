import type { LayerKind } from "../../layers/define-layer.ts";

const families: readonly (readonly [LayerKind, string])[] = [
  ["convolution", "Conv ConvTranspose ConvInteger QLinearConv FusedConv NhwcConv DeformConv"],
  [
    "pooling",
    "MaxPool AveragePool LpPool GlobalMaxPool GlobalAveragePool GlobalLpPool MaxUnpool MaxRoiPool RoiAlign QLinearAveragePool QLinearGlobalAveragePool",
  ],
  [
    "dense",
    "Gemm MatMul MatMulInteger QLinearMatMul QGemm FusedMatMul FusedGemm MatMulNBits DynamicQuantizeMatMul",
  ],
  [
    "activation",
    "Relu LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Sigmoid HardSigmoid HardSwish Swish Tanh Softplus Softsign Softmax LogSoftmax Hardmax Gelu FastGelu QuickGelu BiasGelu Mish Clip Shrink Erf QLinearSigmoid QLinearLeakyRelu QLinearSoftmax",
  ],
  [
    "normalization",
    "BatchNormalization InstanceNormalization LayerNormalization SimplifiedLayerNormalization SkipLayerNormalization GroupNormalization GroupNorm RMSNormalization LRN LpNormalization MeanVarianceNormalization",
  ],
  ["regularization", "Dropout"],
  [
    "reshaping",
    "Reshape Flatten Transpose Squeeze Unsqueeze Pad Slice Split Resize Upsample DepthToSpace SpaceToDepth Expand Tile CenterCropPad GridSample AffineGrid ReverseSequence Compress",
  ],
  ["attention", "Attention MultiHeadAttention GroupQueryAttention"],
  ["recurrent", "LSTM GRU RNN"],
  ["wrapper", "If Loop Scan"],
  ["merging", "Concat Sum QLinearConcat"],
];
const kinds = new Map(
  families.flatMap(([kind, ops]) => ops.split(" ").map((op) => [op, kind] as const)),
);

/**
 * What an ONNX node is as a layer.
 * @param isData whether each of its inputs comes from the photo: an Add of two branches merges, an Add
 *   of a constant computes, a Gather from a constant table embeds
 */
export function layerKind(op: string, isData: readonly boolean[]): LayerKind {
  if (op === "Gather") return isData[0] ? "reshaping" : "embedding";
  return kinds.get(op) ?? (isData.filter(Boolean).length > 1 ? "merging" : "arithmetic");
}

/** Ops that change how a value is written, not what it is: no layers to a person. */
export const isTransparent = (op: string): boolean =>
  /^(Identity|Cast|CastLike|QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|Optional\w*)$/.test(
    op,
  );

/**
 * The names of an op's weights by input: Keras' words for them, so that a view finds the kernel of any
 * convolution. Null for an input that carries data or settings; scales and zero points of integer codes
 * are how a weight is written, and no weights.
 */
const weightNames: Readonly<Record<string, readonly (string | null)[]>> = {
  Conv: [null, "kernel", "bias"],
  FusedConv: [null, "kernel", "bias"],
  NhwcConv: [null, "kernel", "bias"],
  ConvTranspose: [null, "kernel", "bias"],
  DeformConv: [null, "kernel", null, "bias"],
  ConvInteger: [null, "kernel"],
  QLinearConv: [null, null, null, "kernel", null, null, null, null, "bias"],
  Gemm: ["kernel", "kernel", "bias"],
  FusedGemm: ["kernel", "kernel", "bias"],
  MatMul: ["kernel", "kernel"],
  FusedMatMul: ["kernel", "kernel"],
  MatMulInteger: ["kernel", "kernel"],
  QLinearMatMul: ["kernel", null, null, "kernel"],
  QGemm: ["kernel", null, null, "kernel", null, null, "bias"],
  BatchNormalization: [null, "gamma", "beta", "moving_mean", "moving_variance"],
  InstanceNormalization: [null, "gamma", "beta"],
  LayerNormalization: [null, "gamma", "beta"],
  GroupNormalization: [null, "gamma", "beta"],
  RMSNormalization: [null, "gamma"],
  PRelu: [null, "alpha"],
  LSTM: [null, "kernel", "recurrent_kernel", "bias"],
  GRU: [null, "kernel", "recurrent_kernel", "bias"],
  RNN: [null, "kernel", "recurrent_kernel", "bias"],
  Gather: ["embeddings"],
  Add: ["bias", "bias"],
  Sub: ["bias", "bias"],
  Mul: ["scale", "scale"],
  Div: ["scale", "scale"],
};

/**
 * What input `i` of an op is called when it is a weight; null when a constant there is a setting. Of
 * ops outside the standard every constant tensor counts.
 */
export function weightName(domain: string, op: string, i: number): string | null {
  const names = Object.hasOwn(weightNames, op) ? weightNames[op] : undefined;
  if (names) return names[i] ?? null;
  return domain === "" || op.startsWith("QLinear") ? null : `input_${i}`;
}

/** Whether a single number can be a weight of the op, or is a constant of a formula. */
export const takesScalarWeights = (op: string): boolean => !/^(Add|Sub|Mul|Div)$/.test(op);

/** Statistics: no training step moves them by gradient. */
export const isTrainable = (name: string): boolean => !name.includes("moving_");
