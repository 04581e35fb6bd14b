import { softmax } from "../../base/softmax.ts";
import { field } from "../../base/fields.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { extentOf } from "./baseline.ts";
import { arrayName } from "./explanation.ts";
import { camLayers, layerField } from "./cam-layers.ts";
import { channelPlanes } from "./channel-planes.ts";
import { planeOfPlaces } from "./gradient-cam.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputScores } from "./input-scores.ts";
import { planeSize } from "./input-plane.ts";
import { placesOf } from "./placed.ts";

export const scoreCamView = defineHeatmap({
  id: "score-cam",
  title: "Score-CAM",
  family: "without",
  summary: "Each map weighted by what the network says of the photo seen through it; no gradients",
  paper: "Wang, Wang, Du, Yang, Zhang, Ding, Mardziel, Hu 2019, arXiv:1910.01279",
  formula: "max(0, sum over c of w_c A_c), w = softmax over c of s(x * resized A_c)",
  pitfall: "Where one map gets nearly all the weight, the picture is that map.",
  values: "weighted sum of maps",
  asks: {
    layer: layerField,
    epsilon: field.number(1e-8, { min: 0, help: "added to a map's range before it divides" }),
  },
  async explain(given, { layer, epsilon }) {
    const { running, photo, target } = given;
    const layers = camLayers(running.network, layer);
    const values = await running.run(
      photo.inputs,
      layers.map(({ port }) => port.value),
    );
    const scorer = new InputScores(given);
    const x = toFloat32(scorer.input.value).data;
    const size = planeSize(scorer.values.shape);
    const places = placesOf(scorer.input);
    const arrays: [string, Tensor][] = [];
    const maps = [];
    for (const [i, each] of layers.entries()) {
      const { planes, channels, shape } = channelPlanes(values[i]!, each.channels);
      const own = planeOfPlaces(shape);
      const count = own.height * own.width;
      const mask = new Float32Array(size.height * size.width);
      const scores = await scorer.each(
        channels,
        (c, into) => {
          resizeCorners(planes.subarray(c * count, (c + 1) * count), own, size, mask);
          normalise(mask, epsilon);
          for (let k = 0; k < x.length; k++) into[k] = x[k]! * mask[places[k]!]!;
        },
        `maps of ${each.name}`,
      );
      const weights = softmax(scores);
      const raw = new Float32Array(count);
      for (let c = 0; c < channels; c++)
        for (let k = 0; k < count; k++) raw[k]! += weights[c]! * planes[c * count + k]!;
      const add = (what: string, value: Tensor) =>
        arrays.push([arrayName(target.explained, each.name, `scorecam_${what}`), value]);
      add("scores", float32([channels], Float32Array.from(scores)));
      add("weights", float32([channels], Float32Array.from(weights)));
      add("raw", float32(shape, raw));
      maps.push({ layer: each.name, ...own, values: raw.map((value) => Math.max(value, 0)) });
    }
    return {
      maps,
      arrays,
      notes: layer === "last" ? [`Layer ${layers[0]!.name}, the last with maps.`] : [],
    };
  },
});

/**
 * Bilinear with the corners of both planes one upon the other (`align_corners=True`), as the paper's code
 * and pytorch-grad-cam do.
 */
function resizeCorners(
  plane: Float32Array,
  from: { height: number; width: number },
  to: { height: number; width: number },
  into: Float32Array,
): void {
  const stepY = to.height > 1 ? (from.height - 1) / (to.height - 1) : 0;
  const stepX = to.width > 1 ? (from.width - 1) / (to.width - 1) : 0;
  for (let y = 0, at = 0; y < to.height; y++) {
    const top = Math.min(Math.floor(y * stepY), from.height - 1);
    const bottom = Math.min(top + 1, from.height - 1);
    const down = y * stepY - top;
    for (let x = 0; x < to.width; x++, at++) {
      const left = Math.min(Math.floor(x * stepX), from.width - 1);
      const right = Math.min(left + 1, from.width - 1);
      const across = x * stepX - left;
      const value = (row: number, column: number) => plane[row * from.width + column]!;
      const above = value(top, left) + (value(top, right) - value(top, left)) * across;
      const below = value(bottom, left) + (value(bottom, right) - value(bottom, left)) * across;
      into[at] = above + (below - above) * down;
    }
  }
}

/** To 0..1; a map of one value becomes black. */
function normalise(plane: Float32Array, epsilon: number): void {
  const { low, high } = extentOf(plane);
  const span = high - low + epsilon;
  for (let i = 0; i < plane.length; i++) plane[i] = span > 0 ? (plane[i]! - low) / span : 0;
}
