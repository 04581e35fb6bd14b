import { isIdentityOrder } from "../../../base/shape.ts";
import { attribute } from "../../attributes.ts";
import type { GraphBuilder } from "../../builder.ts";
import type { Graph, GraphNode } from "../../graph.ts";
import type { GraphFacts } from "../facts.ts";
import { Rewriter } from "../rewriter.ts";
import { isZeroPad } from "./sum-before-unpool.ts";
import { isAll, window2d } from "../windows.ts";

/**
 * The gradient of a convolution's weights, as the reverse walk writes it: a correlation of the
 * convolution's input with the gradient of its output, batch and channels having changed places,
 *
 *     dw[k, c, r, s] = sum over n, y, x of g[n, k, y, x] x[n, c, stride y + dilation r - pad, ...]
 *
 * which no engine runs fast: its kernel is as large as a picture, its output as small as a kernel. The
 * passes `weightGradient*` write it as matrix products instead, each where it is best.
 */
export interface WeightGradient {
  /** The nodes that make it, the last one being that whose output is `dw`. */
  nodes: GraphNode[];
  dw: string;
  /** Input of the convolution, `[n, C, H, W]`. */
  x: string;
  xShape: Shape4;
  /** Gradient of its output, `[n, K, P, Q]`; zeros at the end of P and Q are left out. */
  g: string;
  gShape: Shape4;
  kernel: readonly [number, number];
  strides: readonly [number, number];
  dilations: readonly [number, number];
  /** Top and left padding of the convolution. */
  pads: readonly [number, number];
  /** Groups of channels; the forms are for 1, but for that of depthwise convolutions. */
  group: number;
}
type Shape4 = readonly [number, number, number, number];

/** Runs a form on every weight gradient of a graph for which `fits` says yes. */
export function rewriteWeightGradients(
  graph: Graph,
  fits: (gradient: WeightGradient, facts: GraphFacts) => boolean,
  write: (b: GraphBuilder, gradient: WeightGradient, facts: GraphFacts) => void,
): Graph {
  const rewriter = new Rewriter(graph);
  for (const node of graph.nodes) {
    const match = matchWeightGradient(rewriter.facts, node);
    if (match === undefined || !fits(match, rewriter.facts)) continue;
    rewriter.drop(...match.nodes);
    write(rewriter.b, match, rewriter.facts);
  }
  return rewriter.finish();
}

const SWAP = [1, 0, 2, 3];

/** The weight gradient that ends in this node. */
export function matchWeightGradient(
  facts: GraphFacts,
  last: GraphNode,
): WeightGradient | undefined {
  const conv = swapped(facts, last) ? facts.maker(last.inputs[0], "Conv") : undefined;
  if (conv === undefined || conv.inputs[2] || !facts.isReadOnce(conv.outputs[0]!)) return undefined;
  const kernels = facts.maker(conv.inputs[1]);
  const window = window2d(facts, conv);
  if (window === undefined || !swapped(facts, kernels)) return undefined;
  const x = imagesOf(facts, conv.inputs[0]!, window.group);
  if (x === undefined) return undefined;
  const whole = kernels!.inputs[0]!;
  const g = withoutTail(facts, whole);
  const [, , height, width] = facts.shape(last.outputs[0]) as Shape4;
  return {
    nodes: [conv, last],
    dw: last.outputs[0]!,
    x,
    xShape: facts.shape(x) as Shape4,
    g,
    gShape: facts.shape(g) as Shape4,
    kernel: [height, width],
    strides: window.dilations,
    dilations: window.strides,
    pads: [window.pads[0], window.pads[1]],
    group: window.group,
  };
}

/** The pictures that were rearranged for the correlation: batch and channels swapped, in each group. */
function imagesOf(facts: GraphFacts, name: string, group: number): string | undefined {
  const last = facts.maker(name);
  if (group === 1) return swapped(facts, last) ? last!.inputs[0]! : undefined;
  const turn = facts.maker(facts.maker(name, "Reshape")?.inputs[0], "Transpose");
  const cut = facts.maker(turn?.inputs[0], "Reshape");
  const isTurned = turn && isSameList(attribute(turn, "perm", "ints", []), [2, 1, 0, 3, 4]);
  const [rows, groups] = facts.shape(turn?.inputs[0]) ?? [];
  const x = cut?.inputs[0];
  return isTurned && groups === group && facts.shape(x)?.[0] === rows ? x : undefined;
}

const isSameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

function swapped(facts: GraphFacts, node: GraphNode | undefined): boolean {
  if (node?.op !== "Transpose" || facts.shape(node.inputs[0])?.length !== 4) return false;
  const perm = attribute(node, "perm", "ints", []);
  return isIdentityOrder(perm.map((axis) => SWAP[axis]!));
}

/** The value before zeros were added at its end. */
function withoutTail(facts: GraphFacts, name: string): string {
  const pad = facts.maker(name);
  if (!isZeroPad(facts, pad)) return name;
  const starts = facts.integers(pad.inputs[1])!.slice(0, 4);
  return isAll(starts, 0) ? pad.inputs[0]! : name;
}

/**
 * The part of x that the windows reach, with its padding: `[n, C, (P - 1) stride + dilation (R - 1) + 1, ...]`.
 *
 * @param spare elements at the end of each axis that need not be cut off
 */
export function reachedInput(b: GraphBuilder, gradient: WeightGradient, spare = 0): string {
  const { x, xShape, gShape, kernel, strides, dilations, pads } = gradient;
  const ends = [0, 1].map((axis) => {
    const reach = dilations[axis]! * (kernel[axis]! - 1) + 1;
    return (gShape[axis + 2]! - 1) * strides[axis]! + reach - pads[axis]! - xShape[axis + 2]!;
  });
  if (isAll(pads, 0) && ends.every((end) => end <= 0 && end >= -spare)) return x;
  // A negative pad cuts off.
  return b.op("Pad", [x, b.i64([0, 0, ...pads, 0, 0, ...ends])]);
}

/** `[n, channels, size]` as a matrix `[channels, n size]`. */
export function asMatrix(
  b: GraphBuilder,
  value: string,
  rows: number,
  channels: number,
  size: number,
): string {
  const cube = b.op("Reshape", [value, b.i64([rows, channels, size])]);
  const turned = b.op("Transpose", [cube], { perm: [1, 0, 2] });
  return b.op("Reshape", [turned, b.i64([channels, rows * size])]);
}
