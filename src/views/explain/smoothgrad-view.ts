import { planeOf } from "../heatmap/heatmap.ts";
import { arrayName } from "./explanation.ts";
import { colorsField } from "./gradient-view.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { planeSize } from "./input-plane.ts";
import { noiseAsks, noisyGradients } from "./noisy-gradients.ts";

export const smoothgradView = defineHeatmap({
  id: "smoothgrad",
  title: "SmoothGrad",
  family: "gradient",
  summary: "The gradient, averaged over noisy copies of the photo: what lasts is not chance",
  paper: "Smilkov, Thorat, Kim, Viégas, Wattenberg 2017, arXiv:1706.03825",
  formula: "mean over i of ds/dx(x + noise_i)",
  pitfall: "Too much noise shows a network that looks at noise.",
  values: "score per unit of input",
  clip: 1,
  asks: { ...noiseAsks, colors: colorsField },
  async explain(given, asks) {
    const { mean, words } = await noisyGradients(given, asks);
    const size = planeSize(mean.shape);
    return {
      maps: [{ ...size, values: planeOf(mean.data, size, asks.colors) }],
      arrays: [[arrayName(given.target.explained, undefined, "smoothgrad"), mean]],
      notes: [`Mean of ${words}.`],
    };
  },
});
