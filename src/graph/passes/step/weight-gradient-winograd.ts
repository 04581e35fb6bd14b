import { float32 } from "../../../base/tensor.ts";
import type { GraphBuilder } from "../../builder.ts";
import type { Graph } from "../../graph.ts";
import { type WeightGradient, reachedInput, rewriteWeightGradients } from "./weight-gradient.ts";
import { isAll } from "../windows.ts";

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

function fits(gradient: WeightGradient): boolean {
  const [outputs, channels] = [gradient.gShape[1], gradient.xShape[1]];
  return (
    gradient.group === 1 &&
    fitsTiles(gradient) &&
    (outputs * channels) / (outputs + channels) >= SMALLEST_GAIN
  );
}

/** Whether the method applies at all: 3x3 taps, stride 1, whole tiles. */
export function fitsTiles({ kernel, strides, dilations, gShape }: WeightGradient): boolean {
  return (
    isAll(kernel, 3) &&
    isAll([...strides, ...dilations], 1) &&
    gShape[2] % 2 === 0 &&
    gShape[3] % 2 === 0
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

/** Tiles of g and of x, transformed: both `[n channels, 16, rows of tiles, columns of tiles]`. */
export function transformedTiles(b: GraphBuilder, gradient: WeightGradient): [string, string] {
  const { gShape, xShape } = gradient;
  const [rows, outputs, height, width] = gShape;
  const transform = (value: string, planes: number, lengths: number[], matrix: number[][]) => {
    const side = Math.sqrt(matrix[0]!.length);
    const filters = b.constant(float32([16, 1, side, side], matrix.flat()), "winograd");
    const images = b.op("Reshape", [value, b.i64([rows * planes, 1, ...lengths])]);
    return b.op("Conv", [images, filters], { kernel_shape: [side, side], strides: [2, 2] });
  };
  // One element too much makes no further tile.
  const x = reachedInput(b, gradient, 1);
  const reached = x === gradient.x ? xShape.slice(2) : [height + 2, width + 2];
  return [
    transform(gradient.g, outputs, [height, width], bothSides(A)),
    transform(x, xShape[1], reached, bothSides(B)),
  ];
}

/** `[9, 16]`: the matrix that makes taps of summed products of tiles. */
export function tapsOfTiles(b: GraphBuilder): string {
  const back = bothSides(G);
  const inverse = Array.from({ length: 9 }, (_, tap) => back.map((row) => row[tap]!));
  return b.constant(float32([9, 16], inverse.flat()), "winograd");
}

function write(b: GraphBuilder, gradient: WeightGradient): void {
  const [rows, outputs, height, width] = gradient.gShape;
  const channels = gradient.xShape[1];
  const tiles = (height / 2) * (width / 2);
  const laidOut = (tiled: string, planes: number) => {
    const split = b.op("Reshape", [tiled, b.i64([rows, planes, 16, tiles])]);
    const turned = b.op("Transpose", [split], { perm: [2, 1, 0, 3] });
    return b.op("Reshape", [turned, b.i64([16, planes, rows * tiles])]);
  };
  const [g, x] = transformedTiles(b, gradient);
  const u = laidOut(g, outputs);
  const v = laidOut(x, channels);
  const sum = b.op("MatMul", [u, b.op("Transpose", [v], { perm: [0, 2, 1] })]);
  const flat = b.op("Reshape", [sum, b.i64([16, outputs * channels])]);
  const taps = b.op("MatMul", [tapsOfTiles(b), flat]);
  const cube = b.op("Reshape", [taps, b.i64([9, outputs, channels])]);
  const turned = b.op("Transpose", [cube], { perm: [1, 2, 0] });
  b.op("Reshape", [turned, b.i64([outputs, channels, 3, 3])], {}, { outputs: [gradient.dw] });
}
