import { colorBar, colorKey, legendText } from "../../plot/color-bar.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { Block } from "../../plot/page.ts";
import type { Theme } from "../../plot/theme.ts";
import { type Heatmap, heatmapStatistics } from "./heatmap.ts";
import type { DrawHeatmapsOptions } from "./heatmap-options.ts";
import type { HeatmapScale } from "./heatmap-scales.ts";

/** What the colours of a sheet mean, and whose they are. */
export function heatmapLegend(
  heatmaps: readonly Heatmap[],
  scales: readonly HeatmapScale[],
  { scaleMode = "map", blend = "strength", opacity = 0.75, style }: DrawHeatmapsOptions,
  theme: Theme,
  { unit, values }: { readonly unit?: string; readonly values?: string },
): Block[] {
  const maps = [...new Set(scales.map(({ colormap: each }) => each))];
  const ranges = scales.map(({ range }) => range);
  const [first] = ranges;
  const one = ranges.every((range) => range?.low === first?.low && range?.high === first?.high);
  const blocks = maps.flatMap((each) => {
    const signed = each.diverging;
    const low = one && first ? formatNumber(first.low, 4) : signed ? "against" : "low";
    const high = one && first ? formatNumber(first.high, 4) : signed ? "for" : "high";
    const owner = {
      map: "each map on its own scale, written under it",
      layer: "one scale a layer",
      network: "one scale for all layers",
      photos: "one scale for all photos",
    };
    const meaning = heatmaps.length > 1 || !one ? `, ${owner[scaleMode]}` : "";
    return [
      colorBar({ colormap: each, low, high, theme }),
      legendText(
        `${each.name}${values ? `: ${values}` : ""}${unit ? `, ${unit}` : meaning}`,
        theme,
      ),
    ];
  });
  if (style !== "map" && blend === "strength")
    blocks.push(
      legendText(`the photo shows through where values are small (opacity ${opacity})`, theme),
    );
  if (heatmaps.some((heatmap) => heatmapStatistics(heatmap).state === "non-finite"))
    blocks.push(colorKey(theme.notFinite, "not finite", theme));
  return blocks;
}
