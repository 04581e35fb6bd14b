import { pushAll } from "../../base/extremes.ts";
import {
  type Affine,
  type Rectangle,
  composeAffine,
  invertAffine,
  moved,
  scaleAffine,
} from "../../base/affine.ts";
import { polyline } from "../../plot/path.ts";
import type { Mark } from "../../plot/picture.ts";
import type { Theme } from "../../plot/theme.ts";
import { type MapCell, mapRaster, statePattern } from "../map-cell.ts";
import type { MapStatistics } from "../map-statistics.ts";
import { contour } from "./contour.ts";
import { type Heatmap, heatmapStatistics } from "./heatmap.ts";
import type { DrawHeatmapsOptions } from "./heatmap-options.ts";
import type { HeatmapScale } from "./heatmap-scales.ts";
import { type Backdrop, overlay } from "./overlay.ts";

/** How it lies on the photo. */
type OverlayLook = Pick<DrawHeatmapsOptions, "opacity" | "blend" | "contour"> & {
  readonly theme: Theme;
};

/**
 * A heatmap over its photo, with the line around what counts most and the frame that it has.
 *
 * @param zoom how large a pixel of the photo is drawn
 */
export function overlayMarks(
  heatmap: Heatmap,
  place: Backdrop,
  scale: HeatmapScale,
  zoom: number,
  options: OverlayLook,
): Mark[] {
  const { colormap: colors, range } = scale;
  const { opacity = 0.75, blend = "strength", theme } = options;
  const { photo } = place;
  const [width, height] = [photo.width * zoom, photo.height * zoom];
  const onSheet = composeAffine(invertAffine(place.toInput), scaleAffine(photo, { width, height }));
  const spread = range ?? { low: 0, high: 0 };
  // A map of the input's own pixels is shown pixel by pixel.
  const smooth = heatmap.width < place.inputSize.width;
  const raster = overlay(heatmap, place, {
    colormap: colors,
    range: spread,
    opacity,
    blend,
    smooth,
    theme,
  });
  const marks: Mark[] = [{ kind: "image", x: 0, y: 0, width, height, raster }];
  const level = options.contour;
  if (level !== undefined && smooth && range && range.high > 0) {
    const path = contour(
      heatmap,
      level * range.high,
      composeAffine(scaleAffine(heatmap, place.inputSize), onSheet),
    );
    marks.push({ kind: "path", path, stroke: "#000000", strokeWidth: 3, opacity: 0.5 });
    marks.push({ kind: "path", path, stroke: "#ffffff", strokeWidth: 1.5 });
  }
  if (heatmap.frame) pushAll(marks, frameMarks(heatmap.frame, onSheet));
  return [
    { kind: "group", x: 0, y: 0, marks, clip: { width, height } },
    ...statePattern(mapCell(heatmap, scale, heatmapStatistics(heatmap)), width, height, theme),
  ];
}

/** A rectangle of the input as a white line with a dark rim, seen on any photo. */
function frameMarks({ left, top, right, bottom }: Rectangle, toPhoto: Affine): Mark[] {
  const corners = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as const;
  const path = polyline(
    corners.map(([x, y]) => moved(toPhoto, x, y)),
    true,
  );
  return [
    { kind: "path", path, stroke: "#000000", strokeWidth: 4, opacity: 0.6 },
    { kind: "path", path, stroke: "#ffffff", strokeWidth: 2 },
  ];
}

/**
 * A heatmap by itself, in this size.
 *
 * @param statistics those of the map that this one is a slice of
 */
export function plainMarks(
  heatmap: Heatmap,
  scale: HeatmapScale,
  width: number,
  height: number,
  theme: Theme,
  statistics = heatmapStatistics(heatmap),
): Mark[] {
  const cell = mapCell(heatmap, scale, statistics);
  return [
    { kind: "image", x: 0, y: 0, width, height, raster: mapRaster(cell, theme) },
    ...statePattern(cell, width, height, theme),
  ];
}

const mapCell = (
  { values, width, height }: Heatmap,
  { colormap, range }: HeatmapScale,
  statistics: MapStatistics,
): MapCell => ({ values, width, height, statistics, range, colormap });
