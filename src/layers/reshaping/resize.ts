import { StriateError } from "../../base/errors.ts";
import { float32 } from "../../base/tensor.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { type Kernel, resizeWeights } from "./resize-weights.ts";

/** The interpolations of Keras' image layers. */
export const interpolations = [
  "nearest",
  "bilinear",
  "bicubic",
  "lanczos3",
  "lanczos5",
  "gaussian",
  "mitchellcubic",
  "area",
] as const;
export type Interpolation = (typeof interpolations)[number];

/**
 * Resizes the last two axes of `(N, C, H, W)` as `tf.image.resize` does: half-pixel centres, edges
 * clamped; nearest takes pixel `floor((i + 0.5) * in / out)`.
 *
 * @param from height and width, null where they are not known
 * @param to height and width that are wanted, or whole factors of the input's
 *
 * Source: https://www.tensorflow.org/api_docs/python/tf/image/resize
 */
export function resize(
  b: GraphBuilder,
  x: string,
  from: readonly (number | null)[],
  to: { size: readonly number[] } | { factors: readonly number[] },
  interpolation: Interpolation,
  antialias = false,
): string {
  if (interpolation === "nearest" || (interpolation === "bilinear" && !antialias)) {
    const attributes =
      interpolation === "nearest"
        ? { mode: "nearest", nearest_mode: "round_prefer_ceil" }
        : { mode: "linear" };
    const target =
      "factors" in to
        ? ["", b.f32([1, 1, ...to.factors])]
        : ["", "", b.op("Concat", [b.op("Shape", [x], { end: 2 }), b.i64(to.size)], { axis: 0 })];
    return b.op("Resize", [x, ...target], {
      ...attributes,
      coordinate_transformation_mode: "half_pixel",
    });
  }
  const [height, width] = from;
  if (typeof height !== "number" || typeof width !== "number")
    throw new StriateError(`interpolation "${interpolation}" needs a picture of known size`);
  const [rows, columns] =
    "size" in to ? to.size : [height * to.factors[0]!, width * to.factors[1]!];
  const weights = (length: number, wanted: number) =>
    resizeWeights(length, wanted, interpolation as Kernel, antialias);
  // Rows, then columns: (rows, H) times (N, C, H, W) times (W, columns).
  const left = b.constant(float32([rows!, height], weights(height, rows!)));
  const right = b.op(
    "Transpose",
    [b.constant(float32([columns!, width], weights(width, columns!)))],
    { perm: [1, 0] },
  );
  return b.op("MatMul", [b.op("MatMul", [left, x]), right]);
}
