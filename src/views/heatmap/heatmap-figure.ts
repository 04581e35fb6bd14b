import type { HeatmapFigure } from "../../report/report.ts";
import { type Heatmap, colorRange, hasSigns, heatmapRange } from "./heatmap.ts";

interface FigureLooks {
  readonly opacity: number;
  readonly colormap?: string | null;
  readonly clip?: number | null;
}

/**
 * A heatmap as a page lays it over its photo.
 *
 * @param inputSize height and width of the network's input, where the photo is there
 */
export function heatmapFigure(
  heatmap: Heatmap,
  inputSize: readonly [number, number] | undefined,
  { opacity, colormap, clip }: FigureLooks,
): HeatmapFigure {
  const { values, height, width, title, detail = "", note, layer, photo = 0, frame } = heatmap;
  const range = heatmapRange(heatmap, clip ?? 0);
  return {
    kind: "heatmap",
    photo,
    title,
    detail,
    ...(note !== undefined && { note }),
    ...(layer !== undefined && { layer }),
    height,
    width,
    values: new Uint8Array(values.slice().buffer),
    range: range ? colorRange(range) : null,
    colormap: colormap ?? (range && hasSigns(range) ? "coolwarm" : "inferno"),
    // A map of the input's own pixels is shown pixel by pixel.
    smooth: inputSize !== undefined && width < inputSize[1],
    opacity,
    ...(frame && { frame }),
  };
}
