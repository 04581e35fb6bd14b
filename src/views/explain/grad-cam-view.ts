import { field } from "../../base/fields.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { resizeBilinear } from "../../data/pictures/resize.ts";
import type { StackedPlane } from "../heatmap/stacked-plane.ts";
import { extentOf } from "./baseline.ts";
import { defineGradientCam } from "./gradient-cam.ts";

export const gradCamView = defineGradientCam({
  id: "grad-cam",
  title: "Grad-CAM",
  family: "activation",
  array: "gradcam",
  summary: "Where the maps that matter for the target answer: each weighted by its mean gradient",
  paper: "Selvaraju et al. 2016, arXiv:1610.02391",
  formula: "max(0, sum over c of w_c A_c), w_c = mean over places of ds/dA_c",
  pitfall: "At shallow layers the mean gradient says little, and the map is one of texture.",
  asks: {},
  write({ f, maps, slopes, channels, places }) {
    const weights = f.mean(slopes, places);
    return { raw: f.sum(f.mul(weights, maps), [channels], false), weights };
  },
  *more(raw, input) {
    if (raw.shape.length === 2)
      yield [
        "finished_pytorch_grad_cam",
        float32([input.height, input.width], finished(raw, input)),
      ];
  },
});

/**
 * The picture that pytorch-grad-cam makes of the map, to compare with: the lowest value taken off, over
 * 1e-7 plus the highest, at the input's size, and the same again.
 */
function finished(
  { shape, data }: Tensor<"float32">,
  { height, width }: StackedPlane,
): Float32Array {
  const scaled = scaledToOne(data.map((value) => Math.max(value, 0)));
  const from = { data: scaled, height: shape[0]!, width: shape[1]!, channels: 1 };
  return scaledToOne(resizeBilinear(from, [height, width], new Float32Array(height * width)));
}

function scaledToOne(values: Float32Array): Float32Array {
  const { low, high } = extentOf(values);
  return values.map((value) => (value - low) / (1e-7 + high - low));
}

/** Whether negative parts are cut off has one answer in the papers; epsilons do not. */
export const epsilonField = (fallback: number) =>
  field.number(fallback, { min: 0, help: "added to the denominator" });
