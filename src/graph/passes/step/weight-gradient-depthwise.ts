import type { GraphBuilder } from "../../builder.ts";
import type { Graph } from "../../graph.ts";
import { type WeightGradient, reachedInput, rewriteWeightGradients } from "./weight-gradient.ts";
import { fitsTiles, tapsOfTiles, transformedTiles } from "./weight-gradient-winograd.ts";

/**
 * Weight gradients of depthwise convolutions, one filter for each channel: channel by channel the sum
 * of products of g and a shifted x. Either tap by tap, or, for 3x3 taps of stride 1, on Winograd's
 * tiles, where 16 products of a quarter of the elements replace 9.
 */
export function weightGradientDepthwise(graph: Graph): Graph {
  return rewriteWeightGradients(
    graph,
    ({ group, xShape, gShape }) => group > 1 && group === xShape[1] && group === gShape[1],
    (b, gradient) => {
      if (fitsTiles(gradient)) writeTiles(b, gradient);
      else writeTaps(b, gradient);
    },
  );
}

function writeTiles(b: GraphBuilder, gradient: WeightGradient): void {
  const [rows, channels] = gradient.gShape;
  const products = b.op("Mul", transformedTiles(b, gradient));
  const ofRow = b.op("ReduceSum", [products, b.i64([2, 3])], { keepdims: 0 });
  const split = b.op("Reshape", [ofRow, b.i64([rows, channels, 16])]);
  const sum = b.op("ReduceSum", [split, b.i64([0])], { keepdims: 0 });
  const turned = b.op("Transpose", [tapsOfTiles(b)], { perm: [1, 0] });
  const taps = b.op("MatMul", [sum, turned]);
  b.op("Reshape", [taps, b.i64([channels, 1, 3, 3])], {}, { outputs: [gradient.dw] });
}

function writeTaps(b: GraphBuilder, gradient: WeightGradient): void {
  const { gShape, kernel, strides, dilations } = gradient;
  const x = reachedInput(b, gradient);
  const sums: string[] = [];
  for (let r = 0; r < kernel[0]; r++)
    for (let s = 0; s < kernel[1]; s++) {
      const starts = [r * dilations[0], s * dilations[1]];
      const ends = starts.map((start, i) => start + (gShape[i + 2]! - 1) * strides[i]! + 1);
      const seen = b.op("Slice", [x, b.i64(starts), b.i64(ends), b.i64([2, 3]), b.i64(strides)]);
      sums.push(
        b.op("ReduceSum", [b.op("Mul", [seen, gradient.g]), b.i64([2, 3])], { keepdims: 1 }),
      );
    }
  // One sum over the batch for all taps.
  const ofRow = b.op("Concat", sums, { axis: 2 });
  const sum = b.op("ReduceSum", [ofRow, b.i64([0])], { keepdims: 0 });
  b.op("Reshape", [sum, b.i64([gShape[1], 1, ...kernel])], {}, { outputs: [gradient.dw] });
}
