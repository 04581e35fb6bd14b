import { field } from "../../base/fields.ts";
import { planeOf } from "../heatmap/heatmap.ts";
import { arrayName } from "./explanation.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputGradient } from "./input-gradient.ts";
import { inputGradientGraph } from "./input-gradient-graph.ts";
import { planeSize } from "./input-plane.ts";

/** How the numbers of the colours become one. */
export const colorsField = field.choice(["sum", "absolute", "largest"], "sum", {
  help: "one number of the colours: their sum with signs, the largest size, or the largest",
});

export const gradientView = defineHeatmap({
  id: "gradient",
  title: "Gradient",
  family: "gradient",
  summary: "How the score would move if a pixel became a little brighter",
  paper: "Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034",
  formula: "ds/dx",
  pitfall: "It tells what would change the score, not what made it; alone it is noisy.",
  values: "score per unit of input",
  clip: 1,
  runsPhoto: true,
  asks: { colors: colorsField },
  graph: inputGradientGraph("gradient"),
  async explain(given, { colors }) {
    const gradient = new InputGradient(given);
    const values = await gradient.ofPhoto();
    const size = planeSize(values.shape);
    return {
      maps: [{ ...size, values: planeOf(values.data, size, colors) }],
      arrays: [[arrayName(given.target.explained, undefined, "gradient"), values]],
      notes: [],
    };
  },
});
