import { field } from "../../base/fields.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { arrayName } from "./explanation.ts";
import { camLayers, layerField } from "./cam-layers.ts";
import { channelPlanes } from "./channel-planes.ts";
import { stackedPlane } from "../heatmap/stacked-plane.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { factorise } from "./factorise.ts";

export const factorsView = defineHeatmap({
  id: "factors",
  title: "Deep feature factorisation",
  family: "activation",
  summary: "The parts that a layer tells apart: its maps as a sum of a few non-negative factors",
  paper: "Collins, Achanta, Süsstrunk 2018, arXiv:1806.10206",
  formula: "A (places x channels) as W H, both non-negative, |A - W H| least",
  pitfall: "Factors are not classes: another number of factors cuts the photo otherwise.",
  values: "strength of the factor",
  asks: {
    layer: layerField,
    factors: field.int(4, { min: 1, max: 32, help: "how many parts" }),
    rounds: field.int(200, { min: 1, max: 10_000, help: "rounds of multiplicative updates" }),
  },
  async explain({ context, running, photo }, { layer, factors, rounds }) {
    const layers = camLayers(running.network, layer);
    const values = await running.run(
      photo.inputs,
      layers.map(({ port }) => port.value),
    );
    const arrays: [string, Tensor][] = [];
    const notes: string[] = ["Factors do not depend on the target."];
    const maps = layers.flatMap((each, i) => {
      context.throwIfStopped();
      const { planes, channels, shape } = channelPlanes(values[i]!, each.channels);
      const own = stackedPlane(shape);
      const count = own.height * own.width;
      // Values below zero cannot be parts of a sum of parts.
      const positive = Float64Array.from(planes, (value) => Math.max(0, value));
      const found = factorise(positive, channels, count, factors, rounds, context.random);
      const add = (what: string, value: Tensor) =>
        arrays.push([arrayName(undefined, each.name, what), value]);
      add("factors", float32([factors, ...shape], Float32Array.from(found.maps)));
      add("factor_channels", float32([factors, channels], Float32Array.from(found.channels)));
      notes.push(
        `${each.name}: ${factors} factors hold ${(100 * found.explained).toFixed(1)} % of the maps' squares.`,
      );
      return Array.from({ length: factors }, (_, k) => ({
        layer: `${each.name}, factor ${k}`,
        ...own,
        values: Float32Array.from(found.maps.subarray(k * count, (k + 1) * count)),
      }));
    });
    return { maps, arrays, notes };
  },
});
