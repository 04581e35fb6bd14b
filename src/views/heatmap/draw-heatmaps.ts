import { largest, pushAll } from "../../base/extremes.ts";
import {
  type Affine,
  type Rectangle,
  composeAffine,
  invertAffine,
  moved,
  scaleAffine,
} from "../../base/affine.ts";
import { colorBar, colorKey, legendText } from "../../plot/color-bar.ts";
import { type Colormap, colormap } from "../../plot/colormap.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { layoutGrid } from "../../plot/grid.ts";
import { type Block, page } from "../../plot/page.ts";
import { polyline } from "../../plot/path.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { type Range, combineRanges } from "../../plot/range.ts";
import { resizeSmooth } from "../../plot/resize.ts";
import { shortenText, wrapText } from "../../plot/text.ts";
import { type Theme, type ThemeName, themes } from "../../plot/theme.ts";
import { type MapCell, mapRaster, statePattern, stateWord } from "../map-cell.ts";
import type { ScaleMode } from "../map-scale.ts";
import { contour } from "./contour.ts";
import { type Heatmap, colorRange, hasSigns, heatmapRange, heatmapStatistics } from "./heatmap.ts";
import { type Backdrop, overlay } from "./overlay.ts";

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

/** Words of a sheet of heatmaps. */
export interface HeatmapSheet {
  readonly title: string;
  readonly subtitle?: string;
  /** Method, target, layer and preparation, in sentences. */
  readonly caption: string;
  /** What a value is: `score lost when covered`. */
  readonly values?: string;
  /** What the colours share, where the scale mode does not say it. */
  readonly unit?: string;
  /** Stands under the heatmaps. */
  readonly below?: Block;
}

const headingHeight = 38;
const headingStyle = { size: 13, weight: "bold" } as const;
const detailStyle = { size: 12 } as const;
const noteStyle = { size: 11 } as const;
const noteLine = 15;

/**
 * Draws heatmaps as cells of one sheet, each over its photo.
 *
 * What colours mean is part of the picture: the legend where they share one scale, else the range under
 * each cell. A map that is dead, constant or not finite is marked by pattern and word.
 *
 * @param backdrops one for each photo, by `heatmap.photo`; undefined where there is no photo to lie on
 */
export function drawHeatmaps(
  heatmaps: readonly Heatmap[],
  backdrops: readonly (Backdrop | undefined)[],
  words: HeatmapSheet,
  options: DrawHeatmapsOptions = {},
): Picture {
  const theme = themes[options.theme ?? "light"];
  const scales = heatmapScales(heatmaps, options);
  const { size = heatmaps.length === 1 ? 480 : 320 } = options;
  const blocks = heatmaps.map((heatmap, i) =>
    cell(heatmap, backdrops[heatmap.photo ?? 0], scales[i]!, { ...options, size, theme }),
  );
  const body = stacked(sheet(blocks, options.columns ?? "auto"), words.below);
  const clip = options.clip ?? 0;
  const caption =
    clip > 0 ? `${words.caption} The strongest ${clip} % have the end colours.` : words.caption;
  const keys = legend(heatmaps, scales, options, theme, words);
  return page({ ...words, caption, body, theme, legend: keys });
}

/** The colours of one heatmap. */
interface HeatmapScale {
  readonly colormap: Colormap;
  /** Undefined where nothing is finite. */
  readonly range: Range | undefined;
}

/** Chooses the colours of each heatmap: those of one group share their range. */
function heatmapScales(
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

type CellOptions = Omit<DrawHeatmapsOptions, "theme"> & {
  readonly size: number;
  readonly theme: Theme;
};

/** One heatmap with its heading, its photo and what is said under it. */
function cell(
  heatmap: Heatmap,
  backdrop: Backdrop | undefined,
  scale: HeatmapScale,
  options: CellOptions,
): Block {
  const { theme, style = backdrop ? "overlay" : "map", size } = options;
  const statistics = heatmapStatistics(heatmap);
  const place = backdrop && shrunk(backdrop, size);
  const { width, height } = place?.photo ?? enlarged(heatmap, size);
  const panels: Mark[][] = [];
  if (place && style === "side-by-side")
    panels.push([{ kind: "image", x: 0, y: 0, width, height, raster: place.photo }]);
  if (place && style !== "map") panels.push(overlayMarks(heatmap, place, scale, options));
  if (!place || style !== "overlay") panels.push(plainMarks(heatmap, scale, width, height, theme));
  const across = panels.length * (width + 8) - 8;

  const marks: Mark[] = panels.map((panel, i) => ({
    kind: "group",
    x: i * (width + 8),
    y: headingHeight,
    marks: panel,
  }));
  const line = (
    y: number,
    text: string,
    at: typeof headingStyle | typeof detailStyle | typeof noteStyle,
    fill: Theme["ink"],
  ) => marks.push({ kind: "text", x: 0, y, text: shortenText(text, across, at), fill, ...at });
  line(13, heatmap.title, headingStyle, theme.ink);
  line(30, heatmap.detail ?? "", detailStyle, theme.muted);
  let y = headingHeight + height + 16;
  const word = stateWord(statistics);
  if (word !== "") line(y, word, noteStyle, theme.warning);
  else line(y, rangeOfCell(scale), noteStyle, theme.muted);
  for (const text of wrapText(heatmap.note ?? "", across, noteStyle)) {
    y += noteLine;
    line(y, text, noteStyle, theme.muted);
  }
  return { width: across, height: y + 4, marks };
}

/** `0 to 0.89`, `±0.03`: the values of the end colours. */
function rangeOfCell({ range, colormap: colors }: HeatmapScale): string {
  if (!range) return "";
  if (colors.diverging) return `±${formatNumber(range.high, 2)}`;
  return `${formatNumber(range.low, 2)} to ${formatNumber(range.high, 2)}`;
}

/** The photo as it stands on a sheet: no side longer than `most` pixels. */
function shrunk(backdrop: Backdrop, most: number): Backdrop {
  const { photo, toInput } = backdrop;
  const factor = Math.min(1, most / Math.max(photo.width, photo.height));
  const small = {
    width: Math.max(1, Math.round(photo.width * factor)),
    height: Math.max(1, Math.round(photo.height * factor)),
  };
  if (small.width === photo.width && small.height === photo.height) return backdrop;
  return {
    ...backdrop,
    photo: resizeSmooth(photo, small.width, small.height),
    toInput: composeAffine(scaleAffine(small, photo), toInput),
  };
}

/** The size of a map without a photo: whole pixels a value, near the size of a photo. */
function enlarged({ width, height }: Heatmap, size: number): { width: number; height: number } {
  const zoom = Math.max(1, Math.floor(size / Math.max(width, height)));
  const thick = height === 1 ? Math.max(zoom, 48) : height * zoom;
  return { width: width * zoom, height: thick };
}

function overlayMarks(
  heatmap: Heatmap,
  place: Backdrop,
  { colormap: colors, range }: HeatmapScale,
  options: CellOptions,
): Mark[] {
  const { opacity = 0.75, blend = "strength", theme } = options;
  const { width, height } = place.photo;
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
    const toPhoto = composeAffine(
      scaleAffine(heatmap, place.inputSize),
      invertAffine(place.toInput),
    );
    const path = contour(heatmap, level * range.high, toPhoto);
    marks.push({ kind: "path", path, stroke: "#000000", strokeWidth: 3, opacity: 0.5 });
    marks.push({ kind: "path", path, stroke: "#ffffff", strokeWidth: 1.5 });
  }
  if (heatmap.frame) pushAll(marks, frameMarks(heatmap.frame, invertAffine(place.toInput)));
  return [
    { kind: "group", x: 0, y: 0, marks, clip: { width, height } },
    ...pattern(heatmap, { colormap: colors, range }, width, height, theme),
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

function plainMarks(
  heatmap: Heatmap,
  scale: HeatmapScale,
  width: number,
  height: number,
  theme: Theme,
): Mark[] {
  const raster = mapRaster(mapCell(heatmap, scale), theme);
  return [
    { kind: "image", x: 0, y: 0, width, height, raster },
    ...pattern(heatmap, scale, width, height, theme),
  ];
}

const pattern = (
  heatmap: Heatmap,
  scale: HeatmapScale,
  width: number,
  height: number,
  theme: Theme,
): Mark[] => statePattern(mapCell(heatmap, scale), width, height, theme);

const mapCell = (heatmap: Heatmap, { colormap: colors, range }: HeatmapScale): MapCell => ({
  values: heatmap.values,
  width: heatmap.width,
  height: heatmap.height,
  statistics: heatmapStatistics(heatmap),
  range,
  colormap: colors,
});

/** Cells in rows, all as wide as the widest. */
function sheet(blocks: readonly Block[], columns: number | "auto"): Block {
  const grid = layoutGrid({
    count: blocks.length,
    cellWidth: largest(blocks.map((block) => block.width)),
    cellHeight: largest(blocks.map((block) => block.height)),
    gapX: 24,
    gapY: 20,
    columns,
  });
  const marks = blocks.map((block, i): Mark => ({
    kind: "group",
    ...grid.at(i),
    marks: block.marks,
  }));
  return { width: grid.width, height: grid.height, marks };
}

function stacked(above: Block, below: Block | undefined): Block {
  if (below === undefined) return above;
  const y = above.height + 32;
  return {
    width: Math.max(above.width, below.width),
    height: y + below.height,
    marks: [...above.marks, { kind: "group", x: 0, y, marks: below.marks }],
  };
}

function legend(
  heatmaps: readonly Heatmap[],
  scales: readonly HeatmapScale[],
  { scaleMode = "map", blend = "strength", opacity = 0.75, style }: DrawHeatmapsOptions,
  theme: Theme,
  { unit, values }: HeatmapSheet,
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
