import type { GraphBuilder } from "../../builder.ts";
import type { Graph } from "../../graph.ts";
import { typeCode } from "../../protobuf/types.ts";
import type { GraphFacts } from "../facts.ts";
import { matchPoolIndices } from "./max-pool-gradient.ts";
import {
  type WeightGradient,
  asMatrix,
  reachedInput,
  rewriteWeightGradients,
} from "./weight-gradient.ts";
import { isAll } from "../windows.ts";

/** With more input channels, making columns of x costs more than what is saved. */
const MOST_CHANNELS = 8;

/**
 * The weight gradient of a first layer with a 2x2 max pool behind it. Nothing asks for the gradient of
 * the pictures, so that the gradient behind the pool need not be spread out to full size: it is parted
 * by the place of each window's winner into four pooled gradients, and each meets the columns of x at
 * that place,
 *
 *     dw = sum over i, j of g_ij columns_ij^T,  columns_ij = x at (2 y + i + r, 2 x + j + s) for taps r, s
 *
 * where all columns are picked from shifted pictures of half the size (SpaceToDepth).
 */
export function weightGradientPhases(graph: Graph): Graph {
  return rewriteWeightGradients(
    graph,
    (gradient, facts) => matchPool(gradient, facts) !== undefined && fits(gradient),
    (b, gradient, facts) => write(b, gradient, matchPool(gradient, facts)!),
  );
}

function fits({ strides, dilations, kernel, xShape, group }: WeightGradient): boolean {
  return (
    group === 1 &&
    isAll([...strides, ...dilations], 1) &&
    kernel.every((taps) => taps % 2 === 1) &&
    xShape[1] <= MOST_CHANNELS
  );
}

/** The pooled gradient and the places of the winners, where nothing else reads the spread-out gradient. */
function matchPool({ g }: WeightGradient, facts: GraphFacts) {
  const unpool = facts.isReadOnce(g) ? facts.maker(g, "MaxUnpool") : undefined;
  const places = unpool && matchPoolIndices(facts, unpool.inputs[1]!);
  return places && { pooled: unpool.inputs[0]!, row: places.row, column: places.column };
}

interface Pool {
  pooled: string;
  row: string;
  column: string;
}

function write(b: GraphBuilder, gradient: WeightGradient, pool: Pool): void {
  const { gShape, xShape, kernel } = gradient;
  const [rows, outputs, height, width] = gShape;
  const channels = xShape[1];
  const sizes = [height / 2, width / 2] as const;
  const planes = shiftedPlanes(b, gradient, sizes);
  const products = phases(b, pool).map((g, phase) => {
    const picked = planesOf(kernel, channels, phase >> 1, phase & 1);
    const columns = b.op("Gather", [planes, b.i64(picked)], { axis: 1 });
    const size = sizes[0] * sizes[1];
    return b.op(
      "Gemm",
      [asMatrix(b, g, rows, outputs, size), asMatrix(b, columns, rows, picked.length, size)],
      { transB: 1 },
    );
  });
  const sum = b.op("Sum", products);
  b.op("Reshape", [sum, b.i64([outputs, channels, ...kernel])], {}, { outputs: [gradient.dw] });
}

/** The pooled gradient of the windows whose winner is at the top left, top right, bottom left, bottom right. */
function phases(b: GraphBuilder, { pooled, row, column }: Pool): string[] {
  const [top, left] = [row, column].map((mask) =>
    b.op("Cast", [mask], { to: typeCode("float32") }),
  );
  const upper = b.op("Mul", [pooled, top!]);
  const lower = b.op("Sub", [pooled, upper]);
  return [upper, lower].flatMap((half) => {
    const first = b.op("Mul", [half, left!]);
    return [first, b.op("Sub", [half, first])];
  });
}

/** Shifts that the taps of a kernel make on a picture of half the size: from 0 to this. */
const farthest = (taps: number): number => taps >> 1;

/** `[n, shifts 4 C, H / 2, W / 2]`: every shift of the four phases of x. */
function shiftedPlanes(
  b: GraphBuilder,
  gradient: WeightGradient,
  sizes: readonly [number, number],
): string {
  const { kernel } = gradient;
  const halves = b.op("SpaceToDepth", [reachedInput(b, gradient)], { blocksize: 2 });
  const shifted: string[] = [];
  for (let y = 0; y <= farthest(kernel[0]); y++)
    for (let x = 0; x <= farthest(kernel[1]); x++) {
      const ends = [y + sizes[0], x + sizes[1]];
      shifted.push(b.op("Slice", [halves, b.i64([y, x]), b.i64(ends), b.i64([2, 3])]));
    }
  return shifted.length === 1 ? shifted[0]! : b.op("Concat", shifted, { axis: 1 });
}

/** Which planes the taps of each channel see from the place `(i, j)` of a window. */
function planesOf(
  kernel: readonly [number, number],
  channels: number,
  i: number,
  j: number,
): number[] {
  const across = farthest(kernel[1]) + 1;
  const picked: number[] = [];
  for (let c = 0; c < channels; c++)
    for (let r = 0; r < kernel[0]; r++)
      for (let s = 0; s < kernel[1]; s++) {
        const [y, x] = [i + r, j + s];
        const shift = (y >> 1) * across + (x >> 1);
        const phase = (y & 1) * 2 + (x & 1);
        picked.push((shift * 4 + phase) * channels + c);
      }
  return picked;
}
