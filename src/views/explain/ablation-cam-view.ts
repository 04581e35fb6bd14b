import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { arrayName } from "./explanation.ts";
import { type CamLayer, camLayers, layerField } from "./cam-layers.ts";
import { channelPlanes } from "./channel-planes.ts";
import { stackedPlane } from "../heatmap/stacked-plane.ts";
import type { ExplainContext } from "./explain-context.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { repeated } from "./input-gradient.ts";

export const ablationCamView = defineHeatmap({
  id: "ablation-cam",
  title: "Ablation-CAM",
  family: "without",
  summary:
    "Each map weighted by how much of the score is lost when it is switched off; no gradients",
  paper: "Desai, Ramaswamy 2020, WACV, Ablation-CAM",
  formula: "max(0, sum over c of w_c A_c), w_c = (s - s_c) / s, s_c with map c set to 0",
  pitfall: "The division by s turns the map over where the score is negative.",
  values: "weighted sum of maps",
  asks: { layer: layerField },
  async explain(given, { layer }) {
    const { running, photo, target } = given;
    const layers = camLayers(running.network, layer);
    const values = await running.run(
      photo.inputs,
      layers.map(({ port }) => port.value),
    );
    const arrays: [string, Tensor][] = [];
    const maps = [];
    for (const [i, each] of layers.entries()) {
      const { planes, channels, shape } = channelPlanes(values[i]!, each.channels);
      // The whole score comes by the same way as those that are taken off it, so that they round alike.
      const alone = Array.from({ length: channels }, (_, c) => [c]);
      const [score, ...scores] = await ablatedScores(given, each, values[i]!, [[], ...alone]);
      const own = stackedPlane(shape);
      const drops = Float32Array.from(scores, (ablated) => score! - ablated);
      // A score of 0 has no shares.
      const weights = drops.map((drop) => (score === 0 ? 0 : drop / score!));
      const weighed = (by: Float32Array) => {
        const sum = new Float32Array(own.height * own.width);
        for (let c = 0; c < channels; c++)
          for (let k = 0; k < sum.length; k++) sum[k]! += by[c]! * planes[c * sum.length + k]!;
        return sum;
      };
      const raw = weighed(weights);
      const add = (what: string, value: Tensor) =>
        arrays.push([arrayName(target.explained, each.name, `ablationcam_${what}`), value]);
      add("scores", float32([channels], Float32Array.from(scores)));
      add("weights", float32([channels], weights));
      add("raw", float32(shape, raw));
      add("drop_raw", float32(shape, weighed(drops)));
      maps.push({ layer: each.name, ...own, values: raw.map((value) => Math.max(value, 0)) });
    }
    return {
      maps,
      arrays,
      notes: [
        ...(layer === "last" ? [`Layer ${layers[0]!.name}, the last with maps.`] : []),
        ...(target.explained.score === 0 ? ["The score is 0, and no map has a share in it."] : []),
      ],
    };
  },
});

/**
 * The scores with some channels of a layer set to 0: only what lies behind the layer is run again.
 *
 * @param groups the channels that are off together, one group a score
 */
export async function ablatedScores(
  { context, running, photo, target }: ExplainContext,
  { port, channels: axis, name }: CamLayer,
  value: Tensor,
  groups: readonly (readonly number[])[],
): Promise<Float64Array> {
  const { shape, data } = toFloat32(value);
  const { terms } = target.resolved;
  const channels = shape[axis]!;
  const count = groups.length;
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const row = data.length / shape[0]!;
  const free = typeof running.network.inputs[0]?.shape[0] !== "number";
  const most = free ? rowsWithin(context.memory, row * 4 * 10, 32) : 1;
  const scores = new Float64Array(count);
  for (let start = 0; start < count; start += most) {
    context.throwIfStopped();
    const n = Math.min(most, count - start);
    // bounded: by the memory that is asked for
    const ablated = new Float32Array(n * row);
    for (let i = 0; i < n; i++) {
      const into = ablated.subarray(i * row, (i + 1) * row);
      into.set(data.subarray(0, row));
      for (const channel of groups[start + i]!)
        for (let at = channel * inner; at < row; at += channels * inner)
          into.fill(0, at, at + inner);
    }
    const values = await running.run(
      repeated(photo.inputs, n),
      terms.map((term) => term.value),
      { [port.value]: float32([n, ...shape.slice(1)], ablated) },
    );
    scores.set(target.resolved.score(values), start);
    context.progress((start + n) / count, `${start + n} of ${count} ablations of ${name}`);
  }
  return scores;
}

/** How many rows a run may have, so that the values behind the layer fit the budget. */
const rowsWithin = (memory: number, bytesOfRow: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(memory / Math.max(1, bytesOfRow))));
