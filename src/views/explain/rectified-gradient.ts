import type { Fields } from "../../base/fields.ts";
import type { RuleSet } from "../../gradient/rule-sets.ts";
import { planeOf } from "../heatmap/heatmap.ts";
import { arrayName } from "./explanation.ts";
import { colorsField } from "./gradient-view.ts";
import { type HeatmapMethod, defineHeatmap } from "./heatmap-view.ts";
import { InputGradient } from "./input-gradient.ts";
import { inputGradientGraph } from "./input-gradient-graph.ts";
import { planeSize } from "./input-plane.ts";

type Words = Pick<
  HeatmapMethod<Fields>,
  "id" | "title" | "family" | "summary" | "paper" | "formula"
>;

/**
 * A gradient with other rules at the ReLUs. Such pictures are sharp because they reconstruct the photo's
 * edges: they hardly change when the network's weights are drawn anew (Adebayo et al. 2018,
 * arXiv:1810.03292), and the caption says so.
 */
export function defineRectifiedGradient(words: Words, rules: RuleSet, array: string) {
  return defineHeatmap({
    ...words,
    pitfall: "It fails the randomisation test: it shows edges of the photo more than reasons.",
    values: "score per unit of input",
    clip: 1,
    runsPhoto: true,
    asks: { colors: colorsField },
    graph: inputGradientGraph(array, { rules }),
    async explain(given, { colors }) {
      const values = await new InputGradient(given, rules).ofPhoto();
      const size = planeSize(values.shape);
      return {
        maps: [{ ...size, values: planeOf(values.data, size, colors) }],
        arrays: [[arrayName(given.target.explained, undefined, array), values]],
        notes: [
          `${words.title} fails the randomisation test: its picture hardly depends on what the network has learned.`,
        ],
      };
    },
  });
}
