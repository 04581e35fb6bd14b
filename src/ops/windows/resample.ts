import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import type { Row } from "./along-axis.ts";

/** How one axis is resampled, in ONNX's words. */
export interface Resampling {
  /** Length before and after. */
  input: number;
  output: number;
  /** Output length over input length, as the node says it. */
  scale: number;
  mode: string;
  coordinates: string;
  nearestMode: string;
  /** Coefficient of the cubic kernel. */
  cubic: number;
  /** Cubic: taps outside have no weight, instead of the border's value. */
  excludeOutside: boolean;
  /** The part of the axis that tf_crop_and_resize takes, as fractions. */
  region: readonly [start: number, end: number];
}

/**
 * What each element of the output takes from the input, by the formulas of ONNX's Resize, in the single
 * precision that the engine computes coordinates in: nearest neighbours depend on the last bit.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Resize.html
 */
export function resamplingRows(axis: Resampling): Row[] {
  return Array.from({ length: checkedLength(axis.output, "pixels of a side") }, (_, o): Row => {
    // The engine leaves an axis of scale 1 as it is, in every mode.
    if (axis.scale === 1) return [[o, 1]];
    const x = sourceCoordinate(axis, o);
    const cropped = axis.coordinates === "tf_crop_and_resize";
    // Outside of the picture there is the extrapolation value, a constant.
    if (cropped && (x < 0 || x > axis.input - 1)) return [];
    if (axis.mode === "nearest") return [[nearest(axis, x), 1]];
    if (axis.mode === "linear") return linear(axis.input, x);
    if (axis.mode === "cubic") return cubic(axis, x);
    throw new StriateError(`no gradient of a Resize of mode "${axis.mode}"`);
  });
}

const f32 = Math.fround;

function sourceCoordinate(
  { input, output, scale, coordinates, region }: Resampling,
  o: number,
): number {
  const s = f32(scale);
  switch (coordinates) {
    case "half_pixel":
      return f32(f32(f32(o + 0.5) / s) - 0.5);
    case "half_pixel_symmetric": {
      const adjustment = f32(output / f32(s * input));
      const offset = f32(f32(input / 2) * f32(1 - adjustment));
      return f32(offset + f32(f32(f32(o + 0.5) / s) - 0.5));
    }
    case "pytorch_half_pixel":
      return output > 1 ? f32(f32(f32(o + 0.5) / s) - 0.5) : 0;
    case "asymmetric":
      return f32(o / s);
    case "align_corners":
      return output === 1 ? 0 : f32(f32(o * f32(input - 1)) / f32(output - 1));
    case "tf_half_pixel_for_nn":
      return f32(f32(o + 0.5) / s);
    case "tf_crop_and_resize": {
      const [start, end] = region;
      if (output === 1) return f32(0.5 * (start + end) * (input - 1));
      const step = f32(f32(f32(o * f32(end - start)) * f32(input - 1)) / f32(output - 1));
      return f32(f32(start * f32(input - 1)) + step);
    }
    default:
      throw new StriateError(`Resize has no coordinate_transformation_mode "${coordinates}"`);
  }
}

function nearest({ input, nearestMode, scale }: Resampling, x: number): number {
  const isHalf = x === Math.floor(x) + 0.5;
  const rules: Record<string, () => number> = {
    round_prefer_floor: () => (isHalf ? Math.floor(x) : Math.round(x)),
    round_prefer_ceil: () => Math.round(x),
    floor: () => Math.floor(x),
    ceil: () => Math.ceil(x),
    // Opset 10 had no such attribute.
    "": () => (scale < 1 ? Math.ceil(x) : Math.trunc(x)),
  };
  const rule = rules[nearestMode];
  if (!rule) throw new StriateError(`Resize has no nearest_mode "${nearestMode}"`);
  return Math.min(Math.max(rule(), 0), input - 1);
}

function linear(input: number, coordinate: number): Row {
  const x = Math.min(Math.max(coordinate, 0), input - 1);
  const left = Math.min(Math.floor(x), input - 1);
  const right = Math.min(left + 1, input - 1);
  return left === right
    ? [[left, 1]]
    : [
        [left, f32(right - x)],
        [right, f32(x - left)],
      ];
}

/** Keys' cubic convolution over the four nearest elements. */
function cubic({ input, cubic: a, excludeOutside }: Resampling, x: number): Row {
  const base = Math.floor(x);
  const t = x - base;
  const near = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  const taps = [far(t + 1), near(t), near(1 - t), far(2 - t)].map((weight, i): [number, number] => [
    base - 1 + i,
    weight,
  ]);
  if (!excludeOutside)
    return taps.map(([i, weight]) => [Math.min(Math.max(i, 0), input - 1), weight] as const);
  const inside = taps.filter(([i]) => i >= 0 && i < input);
  const sum = inside.reduce((total, [, weight]) => total + weight, 0);
  return inside.map(([i, weight]) => [i, weight / sum] as const);
}
