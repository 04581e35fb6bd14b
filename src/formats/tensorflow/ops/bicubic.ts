import { type TfOp } from "../define-op.ts";
import { resizeByMatrices } from "./resize-matrix.ts";

/** TensorFlow reads its kernel from a table of so many places between two pixels. */
const PLACES = 1024;

/** Keys' kernel of slope `a` at -1, at a distance. */
export function cubic(x: number, a: number): number {
  if (x >= 2) return 0;
  return x >= 1 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : ((a + 2) * x - (a + 3)) * x * x + 1;
}

/**
 * Resizing along one axis as a matrix `(to, from)`. With half-pixel centres the slope is -0.5 and only
 * pixels inside the picture count; else it is -0.75 and the picture goes on with its border.
 *
 * Source: tensorflow/core/kernels/image/resize_bicubic_op.cc
 */
function fillBicubic(
  matrix: Float32Array,
  from: number,
  to: number,
  { half, corners }: { half: boolean; corners: boolean },
): void {
  const step = corners && to > 1 ? (from - 1) / (to - 1) : from / to;
  for (let row = 0; row < to; row++) {
    const exact = half ? (row + 0.5) * step - 0.5 : row * step;
    const left = Math.floor(exact);
    const fraction = Math.round((exact - left) * PLACES) / PLACES;
    const weights = [-1, 0, 1, 2].map((i) => {
      const column = left + i;
      const inside = column >= 0 && column < from;
      const weight = cubic(Math.abs(i - fraction), half ? -0.5 : -0.75);
      return {
        column: Math.min(Math.max(column, 0), from - 1),
        weight: half && !inside ? 0 : weight,
      };
    });
    const total = half ? weights.reduce((sum, { weight }) => sum + weight, 0) : 1;
    for (const { column, weight } of weights) matrix[row * from + column]! += weight / total;
  }
}

export const resizeBicubic: TfOp = {
  ops: "ResizeBicubic",
  kind: "reshaping",
  lower(context) {
    const half = context.attributes.flag("half_pixel_centers");
    const corners = context.attributes.flag("align_corners");
    return resizeByMatrices(context, (matrix, from, to) =>
      fillBicubic(matrix, from, to, { half, corners }),
    );
  },
};
