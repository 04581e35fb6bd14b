import { UnsupportedError } from "../../../base/errors.ts";
import { float32 } from "../../../base/tensor.ts";
import { type TfOp } from "../define-op.ts";
import { resizeMatrix } from "./resize-matrix.ts";

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
): Float32Array {
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
  return matrix;
}

export const resizeBicubic: TfOp = {
  ops: "ResizeBicubic",
  kind: "reshaping",
  lower({ b, node, attributes, input, shape, arrange, numbers }) {
    const order = [0, 3, 1, 2];
    const space = shape(input(0)).slice(1, 3);
    const target = numbers(1);
    const how = {
      half: attributes.flag("half_pixel_centers"),
      corners: attributes.flag("align_corners"),
    };
    const [columns, rows] = [1, 0].map((axis) => {
      const [from, to] = [space[axis], target[axis] ?? 0];
      if (typeof from !== "number")
        throw new UnsupportedError("resizes a picture of a size that is not known, bicubically");
      return {
        shape: [to, from],
        weights: fillBicubic(resizeMatrix(b.graph, to, from), from, to, how),
      };
    });
    const across = float32(columns!.shape, columns!.weights);
    const down = b.constant(float32(rows!.shape, rows!.weights));
    const turned = b.op("Transpose", [b.constant(across)], { perm: [1, 0] });
    const wide = b.op("MatMul", [arrange(input(0), order), turned]);
    return { value: b.op("MatMul", [down, wide], {}, { name: node.name }), order };
  },
};
