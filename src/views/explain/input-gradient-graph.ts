import type { ViewExport } from "../../formats/onnx/export-view.ts";
import type { RuleSet } from "../../gradient/rule-sets.ts";
import type { GraphPartContext } from "../../model/gradients/gradient-query.ts";
import type { Network } from "../../model/network.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import type { ChannelRule } from "../heatmap/heatmap.ts";
import type { NamedTarget } from "./explained-target.ts";
import { arrayName } from "./explanation.ts";
import { explainedPort } from "./input-plane.ts";

interface InputGradientGraph {
  readonly rules?: RuleSet;
  /** What is made of the gradient, element by element; by default the gradient itself. */
  finish?(context: { f: Formula; slopes: string; input: string }): string;
}

/**
 * The gradient by the input's pixels as nodes: the view's array `(N, height, width, channels)`, whatever
 * the layout of the input, and as `_map` the plane that is drawn.
 */
export function inputGradientGraph(array: string, options: InputGradientGraph = {}) {
  return (
    network: Network,
    target: NamedTarget,
    { colors }: { colors: ChannelRule },
  ): Pick<ViewExport, "query" | "names"> => {
    const { port, channels } = explainedPort(network);
    const places = port.order
      .map((_, axis) => axis)
      .filter((axis) => axis > 0 && axis !== channels);
    const toLast = [0, ...places, channels].map((axis) => port.order.indexOf(axis));
    const name = arrayName(target, undefined, array);
    const write = ({ f, gradients: [slopes] }: GraphPartContext): string[] => {
      const finished = options.finish?.({ f, slopes: slopes!, input: port.value }) ?? slopes!;
      const last = f.transpose(finished, toLast);
      return [last, planeNodes(f, last, colors, toLast.length - 1)];
    };
    return {
      names: [name, `${name}_map`],
      query: {
        of: target.resolved.terms,
        wrt: [port.value],
        ...(options.rules && { rules: options.rules }),
        then: { name: `${array} ${colors}`, write },
      },
    };
  };
}

/** `planeOf` as nodes. */
function planeNodes(f: Formula, values: string, rule: ChannelRule, channels: number): string {
  if (rule === "sum") return f.sum(values, [channels], false);
  const sizes = rule === "absolute" ? f.apply("Abs", values) : values;
  return f.b.op("ReduceMax", [sizes, f.b.i64([channels])], { keepdims: 0 });
}
