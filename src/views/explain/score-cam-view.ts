import { softmax } from "../../base/softmax.ts";
import { field } from "../../base/fields.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { stackedPlane } from "../heatmap/stacked-plane.ts";
import { extentOf } from "./baseline.ts";
import { arrayName } from "./explanation.ts";
import { camLayers, layerField } from "./cam-layers.ts";
import { channelPlanes } from "./channel-planes.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputScores } from "./input-scores.ts";
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
    const lengths = scorer.values.shape.slice(0, -1);
    // bounded: the places of the input
    const mask = new Float32Array(sizeOf(lengths));
    const places = placesOf(scorer.input);
    const arrays: [string, Tensor][] = [];
    const maps = [];
    for (const [i, each] of layers.entries()) {
      const { planes, channels, shape } = channelPlanes(values[i]!, each.channels);
      const count = sizeOf(shape);
      // A layer with fewer axes than the input lies over rows and columns.
      const [from, to] = (
        shape.length === lengths.length ? [shape, lengths] : [shape, lengths].map(rowsAndColumns)
      ) as [number[], number[]];
      const scores = await scorer.each(
        channels,
        (c, into) => {
          resizeCorners(planes.subarray(c * count, (c + 1) * count), from, to, mask);
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
      maps.push({
        layer: each.name,
        ...stackedPlane(shape),
        values: raw.map((value) => Math.max(value, 0)),
      });
    }
    return {
      maps,
      arrays,
      notes: layer === "last" ? [`Layer ${layers[0]!.name}, the last with maps.`] : [],
    };
  },
});

const rowsAndColumns = (places: readonly number[]): number[] => {
  const { height, width } = stackedPlane(places);
  return [height, width];
};

/**
 * Linear along each axis, with the corners of both one upon the other (`align_corners=True`), as the paper's
 * code and pytorch-grad-cam do.
 */
function resizeCorners(
  values: Float32Array,
  from: readonly number[],
  to: readonly number[],
  into: Float32Array,
): void {
  let resized: ArrayLike<number> = values;
  let inner = 1;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    resized = resizeAxis(resized, from[axis]!, to[axis]!, inner);
    inner *= to[axis]!;
  }
  into.set(resized);
}

/** Along the axis before those that hold `inner` values. */
function resizeAxis(
  values: ArrayLike<number>,
  from: number,
  to: number,
  inner: number,
): Float64Array {
  const outer = values.length / (from * inner);
  const step = to > 1 ? (from - 1) / (to - 1) : 0;
  // bounded: the places of the input
  const resized = new Float64Array(outer * to * inner);
  for (let block = 0, at = 0; block < outer; block++)
    for (let o = 0; o < to; o++) {
      const low = Math.min(Math.floor(o * step), from - 1);
      const share = o * step - low;
      const before = (block * from + low) * inner;
      const after = (block * from + Math.min(low + 1, from - 1)) * inner;
      for (let i = 0; i < inner; i++, at++) {
        const value = values[before + i]!;
        resized[at] = value + (values[after + i]! - value) * share;
      }
    }
  return resized;
}

/** To 0..1; a map of one value becomes black. */
function normalise(plane: Float32Array, epsilon: number): void {
  const { low, high } = extentOf(plane);
  const span = high - low + epsilon;
  for (let i = 0; i < plane.length; i++) plane[i] = span > 0 ? (plane[i]! - low) / span : 0;
}
