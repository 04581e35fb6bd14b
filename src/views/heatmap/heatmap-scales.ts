import { type Colormap, colormap } from "../../plot/colormap.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { type Range, combineRanges } from "../../plot/range.ts";
import type { ScaleMode } from "../map-scale.ts";
import { type Heatmap, colorRange, hasSigns, heatmapRange } from "./heatmap.ts";
import type { DrawHeatmapsOptions } from "./heatmap-options.ts";

/** The colours of one heatmap. */
export interface HeatmapScale {
  readonly colormap: Colormap;
  /** Undefined where nothing is finite. */
  readonly range: Range | undefined;
}

/** Chooses the colours of each heatmap: those of one group share their range. */
export function heatmapScales(
  heatmaps: readonly Heatmap[],
  { scaleMode = "map", clip = 0, colormap: name }: DrawHeatmapsOptions,
): HeatmapScale[] {
  const own = heatmaps.map((heatmap) => heatmapRange(heatmap, clip));
  const groups = heatmaps.map((heatmap, i) => groupOf(heatmap, i, scaleMode));
  return own.map((range, i) => {
    const shared = combineRanges(own.filter((_, j) => groups[j] === groups[i]));
    const wanted = range && shared;
    const colors = colormap(name ?? (wanted && hasSigns(wanted) ? "coolwarm" : "inferno"));
    return { colormap: colors, range: wanted && colorRange(wanted) };
  });
}

function groupOf({ layer, photo = 0 }: Heatmap, index: number, mode: ScaleMode): string {
  if (mode === "map") return `map ${index}`;
  if (mode === "layer") return `layer ${photo} ${layer ?? ""}`;
  return mode === "network" ? `network ${photo}` : "photos";
}

/** `0 to 0.89`, `±0.03`: the values of the end colours. */
export function rangeOfCell({ range, colormap: colors }: HeatmapScale): string {
  if (!range) return "";
  if (colors.diverging) return `±${formatNumber(range.high, 2)}`;
  return `${formatNumber(range.low, 2)} to ${formatNumber(range.high, 2)}`;
}
