import { toFloat32 } from "../../base/tensor.ts";
import type { LayerActivation } from "../activations.ts";
import { type MapScale, chooseScale } from "../map-scale.ts";
import { type MapStatistics, type MapsSize, mapStatistics } from "../map-statistics.ts";
import { shrinkFactor, shrinkMaps } from "../shrink-maps.ts";

/** Maps of one kind with what they are painted by. */
export interface Panel {
  readonly word: string;
  readonly maps: Float32Array;
  readonly statistics: readonly MapStatistics[];
  readonly scale: MapScale;
}

/** What a layer made, as maps. */
export interface Stack {
  readonly isMaps: boolean;
  readonly size: MapsSize;
  readonly values: Float32Array;
}

/** The values as maps; of what has none, all units as one row. */
export function stackOf(made: LayerActivation): Stack {
  if (made.hasMaps) {
    const { channels, height, width, values } = made;
    return { isMaps: true, size: { channels, height, width }, values };
  }
  const values = toFloat32(made.tensor).data;
  return { isMaps: false, size: { channels: 1, height: 1, width: values.length }, values };
}

/** The three panels of a picture: A and B on one scale, B - A on a scale of its own about zero. */
export function panelsOf(a: Float32Array, b: Float32Array, size: MapsSize): Panel[] {
  const difference = a.map((value, i) => b[i]! - value);
  const shrink = shrinkFactor({ ...size, channels: 3 * size.channels });
  const own = [a, b].map((values) => mapStatistics(values, size));
  const shared = chooseScale(own.flat(), "layer");
  const panel = (word: string, values: Float32Array, scale?: MapScale): Panel => {
    const statistics = mapStatistics(values, size);
    const maps = shrink > 1 ? shrinkMaps(values, size, shrink).maps : values;
    return { word, maps, statistics, scale: scale ?? differenceScale(statistics) };
  };
  return [panel("A", a, shared), panel("B", b, shared), panel("B − A", difference)];
}

const differenceScale = (statistics: readonly MapStatistics[]): MapScale =>
  chooseScale(statistics, "layer", undefined, "coolwarm");

/** The size that the maps of a panel are drawn from. */
export function shrunkSize(size: MapsSize): MapsSize {
  const shrink = shrinkFactor({ ...size, channels: 3 * size.channels });
  return {
    channels: size.channels,
    height: Math.ceil(size.height / shrink),
    width: Math.ceil(size.width / shrink),
  };
}

/** How far a map of differences goes from zero; NaN where some of it is no number. */
export const largestOf = ({ min, max, nan, infinite }: MapStatistics): number =>
  nan + infinite > 0 ? NaN : Math.max(Math.abs(min), Math.abs(max));
