import { type Tensor, float32 } from "../../base/tensor.ts";
import { camLayers, layerField } from "./cam-layers.ts";
import { leadingMap } from "./eigen-cam-view.ts";
import { arrayName } from "./explanation.ts";
import { stackedPlane } from "../heatmap/stacked-plane.ts";
import { defineHeatmap } from "./heatmap-view.ts";

export const eigenGradCamView = defineHeatmap({
  id: "eigen-grad-cam",
  title: "Eigen-Grad-CAM",
  family: "activation",
  summary: "Eigen-CAM of maps weighted by their gradients: what they have in common that counts",
  paper:
    "Gildenblat 2021, pytorch-grad-cam (EigenGradCAM); Muhammad, Yeasin 2020, arXiv:2008.00299",
  formula:
    "A G as places x channels, channel means taken off, times its first right singular vector",
  pitfall:
    "Its sign is arbitrary: here the largest value is positive, whether it speaks for or against.",
  values: "weighted maps along their first singular vector",
  asks: { layer: layerField },
  async explain({ context, running, photo, target }, { layer }) {
    const layers = camLayers(running.network, layer);
    context.throwIfStopped();
    const wrt = layers.map(({ port }) => port.value);
    const { gradients: weighed } = await running.gradients(photo.inputs, {
      ...{ of: target.resolved.terms, wrt, values: wrt },
      then: {
        name: "eigen-grad-cam",
        write: ({ f, gradients, values }) => values.map((maps, i) => f.mul(maps, gradients[i]!)),
      },
    });
    const arrays: [string, Tensor][] = [];
    const maps = layers.map((each, i) => {
      context.throwIfStopped();
      const { raw, sizes, places } = leadingMap(weighed[i]!, each);
      const add = (what: string, shape: readonly number[], values: Float32Array) =>
        arrays.push([
          arrayName(target.explained, each.name, `eigengradcam_${what}`),
          float32(shape, values),
        ]);
      add("raw", places, raw);
      add("singular_values", [sizes.length], Float32Array.from(sizes));
      return { layer: each.name, ...stackedPlane(places), values: raw };
    });
    return {
      maps,
      arrays,
      notes: layer === "last" ? [`Layer ${layers[0]!.name}, the last with maps.`] : [],
    };
  },
});
