import type { LayerMaps, MapNumbers } from "../engine/protocol.ts";

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The smallest range that holds all finite values of some maps; undefined where there are none. */
export function rangeOf(numbers: readonly MapNumbers[]): Range | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { min, max } of numbers) {
    if (min < low) low = min;
    if (max > high) high = max;
  }
  return low <= high ? { low, high } : undefined;
}

/** From minus to plus the same: zero is then the middle colour. */
const symmetric = ({ low, high }: Range): Range => {
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return { low: -reach, high: reach };
};

const diverging = new Set(["coolwarm", "RdBu_r"]);

/**
 * How maps are coloured: the colormap, `auto` being coolwarm for values of both signs and viridis for all
 * else, and the range of each map: its own, its layer's, or that of all layers that are shown.
 */
export function scaleOf(
  maps: LayerMaps,
  mode: "map" | "layer" | "network",
  colormap: string,
  network?: Range,
): { readonly colormap: string; readonly shared?: Range; range(channel: number): Range } {
  const layer = rangeOf(maps.numbers) ?? { low: 0, high: 1 };
  const spanned = mode === "network" && network ? network : layer;
  const name = colormap === "auto" ? (spanned.low < 0 ? "coolwarm" : "viridis") : colormap;
  const fitted = (range: Range) => (diverging.has(name) ? symmetric(range) : range);
  if (mode !== "map") {
    const shared = fitted(spanned);
    return { colormap: name, shared, range: () => shared };
  }
  return {
    colormap: name,
    range: (channel) => {
      const { min, max } = maps.numbers[channel]!;
      return fitted(min <= max ? { low: min, high: max } : layer);
    },
  };
}
