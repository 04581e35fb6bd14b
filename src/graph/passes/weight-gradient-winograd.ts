import { float32 } from "../../base/tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Graph } from "../graph.ts";
import { type WeightGradient, reachedInput, rewriteWeightGradients } from "./weight-gradient.ts";
import { isAll } from "./windows.ts";

/** Of `K C / (K + C)`: the work that is saved against what the transformations of g and x cost. */
const SMALLEST_GAIN = 32;

/**
 * Weight gradients of 3x3 convolutions of stride 1 by Winograd's method: on tiles of 2x2 gradients and
 * 4x4 inputs, 16 products replace 36. It is the adjoint of F(2x2, 3x3):
 *
 *     dw = G^T (sum over tiles of (A g A^T) * (B^T x B)) G
 *
 * Both transformations are convolutions of stride 2 from one channel to 16. Best for many channels.
 *
 * Source: A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016.
 */
export function weightGradientWinograd(graph: Graph): Graph {
  return rewriteWeightGradients(graph, fits, write);
}

function fits({ kernel, strides, dilations, gShape, xShape }: WeightGradient): boolean {
  const [, outputs, height, width] = gShape;
  const channels = xShape[1];
  return (
    isAll(kernel, 3) &&
    isAll([...strides, ...dilations], 1) &&
    height % 2 === 0 &&
    width % 2 === 0 &&
    (outputs * channels) / (outputs + channels) >= SMALLEST_GAIN
  );
}

const A = [
  [1, 0],
  [1, 1],
  [1, -1],
  [0, -1],
];
const B = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, 1, 0, -1],
];
const G = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
];

/** The matrix of `M t M^T`, for tiles t laid out as vectors: its row 4 a + b is the product of rows a and b. */
function bothSides(matrix: readonly (readonly number[])[]): number[][] {
  return matrix.flatMap((a) => matrix.map((b) => a.flatMap((p) => b.map((q) => p * q))));
}

function write(b: GraphBuilder, gradient: WeightGradient): void {
  const { gShape, xShape } = gradient;
  const [rows, outputs, height, width] = gShape;
  const channels = xShape[1];
  const tiles = (height / 2) * (width / 2);
  const transform = (value: string, planes: number, lengths: number[], matrix: number[][]) => {
    const side = Math.sqrt(matrix[0]!.length);
    const filters = b.constant(float32([16, 1, side, side], matrix.flat()), "winograd");
    const images = b.op("Reshape", [value, b.i64([rows * planes, 1, ...lengths])]);
    const tiled = b.op("Conv", [images, filters], { kernel_shape: [side, side], strides: [2, 2] });
    const split = b.op("Reshape", [tiled, b.i64([rows, planes, 16, tiles])]);
    const turned = b.op("Transpose", [split], { perm: [2, 1, 0, 3] });
    return b.op("Reshape", [turned, b.i64([16, planes, rows * tiles])]);
  };
  const u = transform(gradient.g, outputs, [height, width], bothSides(A));
  // One element too much makes no further tile.
  const x = reachedInput(b, gradient, 1);
  const reached = x === gradient.x ? xShape.slice(2) : [height + 2, width + 2];
  const v = transform(x, channels, reached, bothSides(B));
  const sum = b.op("MatMul", [u, b.op("Transpose", [v], { perm: [0, 2, 1] })]);

  const back = bothSides(G);
  const inverse = Array.from({ length: 9 }, (_, tap) => back.map((row) => row[tap]!));
  const flat = b.op("Reshape", [sum, b.i64([16, outputs * channels])]);
  const taps = b.op("MatMul", [b.constant(float32([9, 16], inverse.flat()), "winograd"), flat]);
  const cube = b.op("Reshape", [taps, b.i64([9, outputs, channels])]);
  const turned = b.op("Transpose", [cube], { perm: [1, 2, 0] });
  b.op("Reshape", [turned, b.i64([outputs, channels, 3, 3])], {}, { outputs: [gradient.dw] });
}
