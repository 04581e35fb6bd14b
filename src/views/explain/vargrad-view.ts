import { planeOf } from "../heatmap/heatmap.ts";
import { arrayName } from "./explanation.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { planeSize } from "./input-plane.ts";
import { noiseAsks, noisyGradients } from "./noisy-gradients.ts";

export const vargradView = defineHeatmap({
  id: "vargrad",
  title: "VarGrad",
  family: "gradient",
  summary: "Where the gradient changes most when a little noise is added to the photo",
  paper: "Adebayo, Gilmer, Goodfellow, Kim 2018, arXiv:1810.03307",
  formula: "variance over i of ds/dx(x + noise_i)",
  pitfall: "It has no sign: it does not tell for from against.",
  values: "variance of ds/dx",
  clip: 1,
  asks: noiseAsks,
  async explain(given, asks) {
    const { variance, words } = await noisyGradients(given, asks);
    const size = planeSize(variance.shape);
    return {
      maps: [{ ...size, values: planeOf(variance.data, size, "sum") }],
      arrays: [[arrayName(given.target.explained, undefined, "vargrad"), variance]],
      notes: [`Variance of ${words}.`],
    };
  },
});
