import { epsilonField } from "./grad-cam-view.ts";
import { defineGradientCam } from "./gradient-cam.ts";

export const xgradCamView = defineGradientCam({
  id: "xgrad-cam",
  title: "XGrad-CAM",
  family: "activation",
  array: "xgradcam",
  summary: "Grad-CAM with gradients that count where the map is active",
  paper: "Fu, Hu, Dong, Guo, Gao, Li 2020, arXiv:2008.02312",
  formula: "w_c = sum over places of G A / (sum over places of A + epsilon)",
  pitfall: "A map whose values cancel out gets a huge weight.",
  asks: { epsilon: epsilonField(1e-7) },
  write({ f, maps, slopes, channels, places }, { epsilon }) {
    const weights = f.div(f.sum(f.mul(slopes, maps), places), f.add(f.sum(maps, places), epsilon));
    return { raw: f.sum(f.mul(weights, maps), [channels], false), weights };
  },
});
