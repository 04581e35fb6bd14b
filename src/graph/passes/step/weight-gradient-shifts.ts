import type { GraphBuilder } from "../../builder.ts";
import type { Graph } from "../../graph.ts";
import {
  type WeightGradient,
  asMatrix,
  reachedInput,
  rewriteWeightGradients,
} from "./weight-gradient.ts";
import { isAll } from "../windows.ts";

/** With fewer columns than this a matrix product is slow, and `weightGradientColumns` is better. */
const FEWEST_COLUMNS = 32;

/**
 * Weight gradients of convolutions of stride 1 as one matrix product, with the rows of the kernel on
 * the side of g and its columns on that of x: all R S taps from R shifted copies of one and S of the
 * other, where im2col needs R S copies of x.
 *
 * A shift of g by r rows is zeros put before and behind it.
 */
export function weightGradientShifts(graph: Graph): Graph {
  return rewriteWeightGradients(
    graph,
    ({ strides, kernel, xShape, group }) =>
      group === 1 && isAll(strides, 1) && xShape[1] * kernel[1] >= FEWEST_COLUMNS,
    write,
  );
}

function write(b: GraphBuilder, gradient: WeightGradient): void {
  const { kernel, dilations, gShape } = gradient;
  const [rows, outputs, height, width] = gShape;
  const channels = gradient.xShape[1];
  const [R, S] = kernel;
  const extra = (R - 1) * dilations[0];
  const size = (height + extra) * width;

  const g = b.op("Reshape", [gradient.g, b.i64([rows, outputs, height * width])]);
  const between = zeros(b, [rows, outputs, (extra + dilations[0]) * width]);
  // bounded: the height of a kernel that is there
  const shifted = Array.from({ length: R }, (_, r) => (r === 0 ? [g] : [between, g])).flat();
  const x = reachedInput(b, gradient);
  // bounded: the width of a kernel that is there
  const columns = Array.from({ length: S }, (_, s) => {
    const start = s * dilations[1];
    const column =
      S === 1 ? x : b.op("Slice", [x, b.i64([start]), b.i64([start + width]), b.i64([3])]);
    return b.op("Reshape", [column, b.i64([rows, channels, size])]);
  });
  const product = b.op(
    "Gemm",
    [
      asMatrix(b, join(b, shifted), rows, outputs * R, size),
      asMatrix(b, join(b, columns), rows, channels * S, size),
    ],
    { transB: 1 },
  );
  const taps = b.op("Reshape", [product, b.i64([outputs, R, channels, S])]);
  b.op("Transpose", [taps], { perm: [0, 2, 1, 3] }, { outputs: [gradient.dw] });
}

const join = (b: GraphBuilder, parts: readonly string[]): string =>
  parts.length === 1 ? parts[0]! : b.op("Concat", parts, { axis: 2 });

const zeros = (b: GraphBuilder, shape: readonly number[]): string =>
  b.op("ConstantOfShape", [b.i64(shape)]);
