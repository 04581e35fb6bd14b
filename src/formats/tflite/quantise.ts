import { StriateError } from "../../base/errors.ts";
import { type NumericType, type Tensor, float32, tensor, toNumbers } from "../../base/tensor.ts";
import type { TfContext, TfValue } from "../tensorflow/define-op.ts";
import type { TfAttribute } from "../tensorflow/graph-def.ts";
import type { Quantization, TfliteTensor } from "./schema.ts";

/** Codes of whole numbers, from the smallest to the largest. */
const ranges: Partial<Record<NumericType, readonly [low: number, high: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
};

/** The scale and zero point of a tensor whose elements are codes with one scale for all. */
function single({ type, quantization }: TfliteTensor) {
  const range = ranges[type as NumericType];
  if (!quantization || !range || quantization.scale.length !== 1) return undefined;
  const [scale = 0] = quantization.scale;
  const [zeroPoint = 0] = quantization.zeroPoint;
  if (scale > 0 && Number.isFinite(scale) && zeroPoint >= range[0] && zeroPoint <= range[1])
    return { scale, zeroPoint, range };
  throw new StriateError(`the scale ${scale} and zero point ${zeroPoint} of its codes cannot be`);
}

/** What a pixel of 0 to 255 stands for where it is the code itself: `(pixel - zero) * scale`. */
export interface PixelCodes {
  zero: number;
  scale: number;
}

/** The codes of an input of bytes; undefined of one of real numbers, or of longer codes. */
export function pixelCodes(x: TfliteTensor): PixelCodes | undefined {
  const codes = x.type === "int16" ? undefined : single(x);
  return codes && { zero: codes.zeroPoint - codes.range[0], scale: codes.scale };
}

/** How the results of an op are coded, as attributes of its node; none where they are real. */
export function codeAttributes(outputs: readonly TfliteTensor[]): Record<string, TfAttribute> {
  const codes = outputs.map(single);
  if (codes.every((each) => each === undefined)) return {};
  return {
    output_type: { list: { s: outputs.map(({ type }) => type) } },
    output_scale: { list: { f: codes.map((each) => each?.scale ?? 0) } },
    output_zero_point: { list: { i: codes.map((each) => each?.zeroPoint ?? 0) } },
  };
}

/**
 * Rounds a result to the numbers that its codes can stand for. With 16 bits, and of the network's outputs,
 * only the range is kept: the steps are finer than any picture shows, and probabilities stay as they are.
 *
 * @param roundsAway whether a half goes away from the code 0, instead of to the even code
 */
export function toCodes(
  { b, attributes, arrange }: TfContext,
  x: TfValue,
  i: number,
  roundsAway: boolean,
): TfValue {
  const scale = attributes.reals("output_scale")[i] ?? 0;
  if (scale === 0 || x.value === undefined) return x;
  const type = (attributes.texts("output_type")[i] ?? "") as NumericType;
  const zeroPoint = attributes.ints("output_zero_point")[i] ?? 0;
  let value = arrange(x, x.order);
  /** The range of the codes, and so many steps more. */
  const clip = (y: string, more: number): TfValue => {
    const [low, high] = ranges[type] ?? [0, 0];
    const limits = [low - more, high + more].map((q) => b.f32((q - zeroPoint) * scale));
    return { value: b.op("Clip", [y, ...limits]), order: x.order };
  };
  if (type === "int16" || attributes.flag("output_clips")) return clip(value, 0);
  if (roundsAway) {
    // ONNX rounds a half to the even code: a nudge away from the code 0 makes it more than a half.
    const side = b.op("Sign", [b.op("Add", [value, b.f32(zeroPoint * scale)])]);
    value = b.op("Add", [value, b.op("Mul", [side, b.f32(1e-3 * scale)])]);
  }
  const array = type === "int8" ? Int8Array : Uint8Array;
  const codes = [b.f32(scale), b.constant(tensor(type, [], array.of(zeroPoint)))];
  const coded = b.op("QuantizeLinear", [value, ...codes]);
  // Clip changes nothing. Without it ONNX Runtime takes a convolution between codes for one that may be
  // coded as a whole, and rounds its weights once more, with one scale for all channels.
  return clip(b.op("DequantizeLinear", [coded, ...codes]), 1);
}

/** The real numbers of a constant: `scale * (q - zeroPoint)`, with a scale for each slice of an axis. */
export function toReals(
  value: Tensor,
  { scale, zeroPoint, axis: said }: Quantization,
): Tensor<"float32"> {
  const codes = toNumbers(value);
  const { shape } = value;
  if (scale.length === 1)
    return float32(
      shape,
      codes.map((q) => (q - (zeroPoint[0] ?? 0)) * scale[0]!),
    );
  // Converters wrote the axis of the kernel beside the bias of a convolution too, which has but one.
  const axis = shape.length === 1 ? 0 : said;
  if (axis < 0 || shape[axis] !== scale.length)
    throw new StriateError(
      `has ${scale.length} scales for axis ${axis} of a shape [${shape.join(", ")}]`,
    );
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const reals = codes.map((q, i) => {
    const slice = Math.floor(i / inner) % scale.length;
    return (q - (zeroPoint[slice] ?? 0)) * scale[slice]!;
  });
  return float32(shape, reals);
}
