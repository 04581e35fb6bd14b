import type { ThemeName } from "../../plot/theme.ts";
import type { ScaleMode } from "../map-scale.ts";

/** How a heatmap and its photo are shown: one over the other, both beside that, or the map alone. */
export type HeatmapStyle = "overlay" | "side-by-side" | "map";

export interface DrawHeatmapsOptions {
  readonly style?: HeatmapStyle;
  /** 0 to 1; 0.75 by default. */
  readonly opacity?: number;
  /** See `OverlayOptions`; `strength` by default. */
  readonly blend?: "strength" | "even";
  /** By default `coolwarm` for values of both signs, `inferno` for others. */
  readonly colormap?: string;
  /** What shares one scale of colours; each heatmap has its own (`map`) by default. */
  readonly scaleMode?: ScaleMode;
  /** Percent of the outermost values that get the end colour; 0 by default. */
  readonly clip?: number;
  /** A line around all that reaches this share of the largest value, 0 to 1; none by default. */
  readonly contour?: number;
  /** Cells a row; `auto` by default. */
  readonly columns?: number | "auto";
  /** Longest side of a photo on the sheet, in pixels; 320 by default, 480 where there is one alone. */
  readonly size?: number;
  readonly theme?: ThemeName;
}
