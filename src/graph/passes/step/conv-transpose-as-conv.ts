import type { Graph, GraphNode } from "../../graph.ts";
import { Rewriter } from "../rewriter.ts";
import { isAll, window2d } from "../windows.ts";

/** Output channels from which the convolution is the faster one: those of the smallest block. */
const fewest = 8;

/**
 * A transposed convolution of stride 1 is a convolution with the taps in reverse order and input and
 * output channels swapped: the gradient with respect to the input of a convolution. The weights are
 * turned once for the whole batch; the convolution is faster, and it can run in a blocked layout.
 *
 * Applies to stride 1 and two spatial axes. With a few output channels, as by the colours of a photo, the
 * transposed one is as much as three times faster: a blocked layout fills them up to a block.
 */
export function convTransposeAsConv(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  for (const node of graph.nodes)
    if (node.op === "ConvTranspose" && node.domain === "") replace(rewriter, node);
  return rewriter.finish();
}

function replace(rewriter: Rewriter, node: GraphNode): void {
  const { b, facts } = rewriter;
  const window = window2d(facts, node);
  const shape = facts.shape(node.inputs[1]);
  const fits = window && isAll(window.strides, 1) && !("output_shape" in node.attributes);
  if (!fits || !shape || "output_padding" in node.attributes) return;
  const { kernel, dilations, pads, group } = window;
  if (group === 1 && shape[1]! < fewest) return;
  // What the transposed convolution cuts off at its end, the convolution does not pad with.
  const reach = kernel.map((taps, axis) => (taps - 1) * dilations[axis]!);
  const padding = pads.map((pad, i) => reach[i % 2]! - pad);
  if (padding.some((pad) => pad < 0)) return;
  rewriter.drop(node);
  const [x, weights, ...bias] = node.inputs as [string, string, ...string[]];
  const flipped = turned(rewriter, weights, shape, group);
  b.op(
    "Conv",
    [x, flipped, ...bias],
    { kernel_shape: kernel, dilations, pads: padding, group: group === 1 ? undefined : group },
    { outputs: node.outputs },
  );
}

/** Weights `[C, M / group, kh, kw]` as `[M, C / group, kh, kw]`, the taps in reverse order. */
function turned(
  { b }: Rewriter,
  weights: string,
  [channels, each, height, width]: readonly number[] & { length: number },
  group: number,
): string {
  const [c, m, taps] = [channels!, each!, height! * width!];
  const flat = b.op("Reshape", [weights, b.i64([group, c / group, m, taps])]);
  // bounded: the taps of a kernel that is there
  const order = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const reversed = taps === 1 ? flat : b.op("Gather", [flat, b.i64(order)], { axis: 3 });
  const swapped = b.op("Transpose", [reversed], { perm: [0, 2, 1, 3] });
  return b.op("Reshape", [swapped, b.i64([group * m, c / group, height!, width!])]);
}
