import { float32 } from "../../base/tensor.ts";
import { planeOf } from "../heatmap/heatmap.ts";
import { arrayName } from "./explanation.ts";
import { colorsField } from "./gradient-view.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputGradient } from "./input-gradient.ts";
import { inputGradientGraph } from "./input-gradient-graph.ts";
import { planeSize } from "./input-plane.ts";

export const inputXGradientView = defineHeatmap({
  id: "input-x-gradient",
  title: "Input x gradient",
  family: "gradient",
  summary:
    "What each pixel adds to the score, if the network were a straight line from black to here",
  paper: "Shrikumar, Greenside, Kundaje 2016, arXiv:1605.01713",
  formula: "x * ds/dx, element by element",
  pitfall: "Black pixels get nothing, however much they matter.",
  values: "part in the score",
  clip: 1,
  runsPhoto: true,
  asks: { colors: colorsField },
  graph: inputGradientGraph("input_x_gradient", {
    finish: ({ f, slopes, input }) => f.mul(input, slopes),
  }),
  async explain(given, { colors }) {
    const gradient = new InputGradient(given);
    const slopes = await gradient.ofPhoto();
    const { data: x } = gradient.values;
    const values = float32(
      slopes.shape,
      slopes.data.map((slope, i) => slope * x[i]!),
    );
    const size = planeSize(values.shape);
    return {
      maps: [{ ...size, values: planeOf(values.data, size, colors) }],
      arrays: [[arrayName(given.target.explained, undefined, "input_x_gradient"), values]],
      notes: [],
    };
  },
});
