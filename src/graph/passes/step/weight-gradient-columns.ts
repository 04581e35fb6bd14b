import type { GraphBuilder } from "../../builder.ts";
import type { Graph } from "../../graph.ts";
import {
  type WeightGradient,
  asMatrix,
  reachedInput,
  rewriteWeightGradients,
} from "./weight-gradient.ts";

/**
 * Weight gradients as one matrix product: `dw = g columns^T`, where each column holds what one tap of
 * the kernel saw (im2col). For any convolution without groups; best for few input channels, since the
 * columns hold the input once for each tap.
 */
export function weightGradientColumns(graph: Graph): Graph {
  return rewriteWeightGradients(graph, ({ group }) => group === 1, write);
}

function write(b: GraphBuilder, gradient: WeightGradient): void {
  const { gShape, kernel, strides, dilations } = gradient;
  const [rows, outputs, height, width] = gShape;
  const channels = gradient.xShape[1];
  const [taps, size] = [kernel[0] * kernel[1], height * width];
  const x = reachedInput(b, gradient);
  const seen: string[] = [];
  for (let r = 0; r < kernel[0]; r++)
    for (let s = 0; s < kernel[1]; s++) {
      const starts = [r * dilations[0], s * dilations[1]];
      const ends = starts.map((start, i) => start + (gShape[i + 2]! - 1) * strides[i]! + 1);
      seen.push(
        taps === 1 && strides.every((stride) => stride === 1)
          ? x
          : b.op("Slice", [x, b.i64(starts), b.i64(ends), b.i64([2, 3]), b.i64(strides)]),
      );
    }
  const columns = taps === 1 ? seen[0]! : b.op("Concat", seen, { axis: 1 });
  const product = b.op(
    "Gemm",
    [
      asMatrix(b, gradient.g, rows, outputs, size),
      asMatrix(b, columns, rows, taps * channels, size),
    ],
    { transB: 1 },
  );
  const cube = b.op("Reshape", [product, b.i64([outputs, taps, channels])]);
  const turned = b.op("Transpose", [cube], { perm: [0, 2, 1] });
  b.op("Reshape", [turned, b.i64([outputs, channels, ...kernel])], {}, { outputs: [gradient.dw] });
}
