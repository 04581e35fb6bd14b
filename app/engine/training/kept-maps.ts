import { type Model, type NetworkLayer, shrinkMaps, toFloat32 } from "striate";
import { coded, decoded } from "../coded-planes.ts";
import type { LayerMaps, MapNumbers } from "../protocol.ts";
import type { KeptFilters, KeptMaps } from "./news.ts";

/** The most maps and filters of a layer that are kept, and the most values of a map each way. */
const [mostMaps, longestSide] = [64, 48];

/** Maps as they are kept of an epoch. */
export function keptMaps(maps: LayerMaps): KeptMaps {
  const { address, className, height, width, numbers } = maps;
  const channels = Math.min(mostMaps, maps.channels);
  const size = { channels, height, width };
  const factor = Math.max(1, Math.ceil(Math.max(height, width) / longestSide));
  const own = maps.values.subarray(0, channels * height * width);
  const small = factor === 1 ? { maps: own, size } : shrinkMaps(own, size, factor);
  const ranges = numbers
    .slice(0, channels)
    .map(({ min, max }) => ({ low: min <= max ? min : 0, high: min <= max ? max : 0 }));
  return {
    ...{ address, className, ...small.size, of: maps.channels },
    ...coded(small.maps, ranges),
  };
}

/** The maps again, as near as a byte a value is. */
export function restoredMaps(kept: KeptMaps): LayerMaps {
  const { address, className, channels, height, width, lows, highs } = kept;
  const plane = height * width;
  const values = decoded(kept);
  const numbers = Array.from({ length: channels }, (_, channel): MapNumbers => {
    const [min, max] = [lows[channel]!, highs[channel]!];
    let [sum, zeros] = [0, 0];
    for (let i = channel * plane; i < (channel + 1) * plane; i++) {
      sum += values[i]!;
      if (values[i] === 0) zeros++;
    }
    const state = min === 0 && max === 0 ? "dead" : "live";
    return { min, max, mean: sum / plane, std: NaN, zeros: zeros / plane, state };
  });
  return { address, className, channels, height, width, values, numbers };
}

/** The kernels of a layer as they are kept of an epoch; undefined where it has none. */
export function keptFilters(
  { network }: Model,
  { address, weights, inbound }: NetworkLayer,
): KeptFilters | undefined {
  const before = network.layers.find((layer) => layer.address === inbound[0]);
  for (const name of weights) {
    const weight = network.weights.get(name);
    const tensor = weight && network.graph.initializers.get(weight.value);
    if (!tensor || weight.graphShape.length !== 4) continue;
    const [of, reads, height, width] = weight.graphShape as [number, number, number, number];
    const all = toFloat32(tensor).data;
    const [filters, channels] = [Math.min(mostMaps, of), Math.min(mostMaps, reads)];
    const [each, kept] = [reads * height * width, channels * height * width];
    const values = new Float32Array(filters * kept);
    const ranges = Array.from({ length: filters }, (_, filter) => {
      const own = all.subarray(filter * each, filter * each + kept);
      values.set(own, filter * kept);
      const reach = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return { low: -reach, high: reach };
    });
    const readsColors = reads === 3 && (before === undefined || before.kind === "input");
    const size = { filters, channels, readsColors, height, width, of };
    return { address, ...size, ...coded(values, ranges) };
  }
  return undefined;
}
