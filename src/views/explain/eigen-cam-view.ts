import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { arrayName } from "./explanation.ts";
import { type CamLayer, camLayers, layerField } from "./cam-layers.ts";
import { stackedPlane } from "../heatmap/stacked-plane.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { leadingVectors } from "./leading-vectors.ts";

export const eigenCamView = defineHeatmap({
  id: "eigen-cam",
  title: "Eigen-CAM",
  family: "activation",
  summary: "What most of a layer's maps have in common, whatever the target is",
  paper: "Muhammad, Yeasin 2020, arXiv:2008.00299",
  formula: "A as places x channels, channel means taken off, times its first right singular vector",
  pitfall: "It knows of no target, and its sign is arbitrary: here the largest value is positive.",
  values: "maps along their first singular vector",
  asks: { layer: layerField },
  async explain({ context, running, photo }, { layer }) {
    const layers = camLayers(running.network, layer);
    const values = await running.run(
      photo.inputs,
      layers.map(({ port }) => port.value),
    );
    const arrays: [string, Tensor][] = [];
    const maps = layers.map((each, i) => {
      context.throwIfStopped();
      const { raw, sizes, places } = leadingMap(values[i]!, each);
      arrays.push([arrayName(undefined, each.name, "eigencam_raw"), float32(places, raw)]);
      arrays.push([
        arrayName(undefined, each.name, "eigencam_singular_values"),
        float32([sizes.length], Float32Array.from(sizes)),
      ]);
      return { layer: each.name, ...stackedPlane(places), values: raw };
    });
    return { maps, arrays, notes: ["Eigen-CAM does not depend on the target."] };
  },
});

interface LeadingMap {
  readonly raw: Float32Array;
  /** Singular values, the largest first. */
  readonly sizes: Float64Array;
  /** The map's own axes. */
  readonly places: readonly number[];
}

/** Places along the direction in which the channels of the first row vary most, its largest value positive. */
export function leadingMap(value: Tensor, layer: CamLayer): LeadingMap {
  const { matrix, channels, places } = centred(value, layer);
  const { values: sizes, projection } = leadingVectors(matrix, matrix.length / channels, channels);
  const extreme = projection.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  const raw = Float32Array.from(projection, (each) => (extreme < 0 ? -each : each));
  return { raw, sizes, places };
}

/** The maps of the first row as places x channels, the mean of each channel taken off. */
function centred(value: Tensor, { channels: axis }: CamLayer) {
  const { shape, data } = toFloat32(value);
  const channels = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const row = data.length / shape[0]!;
  const count = row / channels;
  // bounded: as large as the value
  const matrix = new Float64Array(row);
  const means = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    for (let place = 0; place < count; place++) {
      const outer = Math.floor(place / inner);
      const each = data[(outer * channels + c) * inner + (place % inner)]!;
      matrix[place * channels + c] = each;
      means[c]! += each / count;
    }
  }
  for (let i = 0; i < row; i++) matrix[i]! -= means[i % channels]!;
  const places = shape.filter((_, at) => at !== 0 && at !== axis);
  return { matrix, channels, places };
}
