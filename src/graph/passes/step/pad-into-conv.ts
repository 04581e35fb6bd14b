import type { Graph } from "../../graph.ts";
import { Rewriter } from "../rewriter.ts";
import { isZeroPad } from "./sum-before-unpool.ts";
import { window2d } from "../windows.ts";

/**
 * `Conv(Pad(x))` becomes a Conv with more padding: the zeros need not be written. Applies to zeros in
 * space, for two spatial axes.
 */
export function padIntoConv(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  const { facts, b } = rewriter;
  for (const conv of graph.nodes) {
    const pad = conv.op === "Conv" ? facts.maker(conv.inputs[0]) : undefined;
    const window = isZeroPad(facts, pad) ? window2d(facts, conv) : undefined;
    if (pad === undefined || window === undefined) continue;
    const [, , top, left, , , bottom, right] = facts.integers(pad.inputs[1])!;
    const added = [top!, left!, bottom!, right!];
    rewriter.drop(conv);
    b.op(
      "Conv",
      [pad.inputs[0]!, ...conv.inputs.slice(1)],
      { ...conv.attributes, pads: window.pads.map((length, i) => length + added[i]!) },
      { outputs: conv.outputs },
    );
  }
  return rewriter.finish();
}
