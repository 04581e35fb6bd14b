import { StriateError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { colorBar, colorKey, legendText } from "../plot/color-bar.ts";
import { type Block, page } from "../plot/page.ts";
import type { Picture } from "../plot/picture.ts";
import type { Range } from "../plot/range.ts";
import type { Raster } from "../plot/raster.ts";
import { type Theme, type ThemeName, themes } from "../plot/theme.ts";
import { type ChosenMaps, allMaps } from "./feature-maps/choose-maps.ts";
import {
  type CellPlace,
  cellLabels,
  drawCells,
  layoutCells,
  rowsPerPage,
} from "./feature-maps/cell-grid.ts";
import { framed } from "./framed.ts";
import { type MapScale, type ScaleMode, chooseScale } from "./map-scale.ts";
import { type MapStatistics, type MapsSize, checkSize, mapStatistics } from "./map-statistics.ts";
import { type LegendWords, captionOf, legendWords } from "./map-words.ts";
import { shrinkFactor, shrinkMaps } from "./shrink-maps.ts";

/** What a layer made of one photo. */
export interface FeatureMaps extends MapsSize {
  /** The layer's address, for the title: `conv2d_1`. */
  readonly address: string;
  /** The layer's class: `Conv2D`. */
  readonly className: string;
  /** The shape as the user knows it, for the title: `[1, 72, 72, 64]`. */
  readonly shape: readonly (number | string | null)[];
  /** `channels` planes of `height * width` values (see `toPlanes`), of each channel `slices` in a row; not changed. */
  readonly values: Float32Array;
  /** Planes that a map of a 3-D layer has, one behind the other; 1 by default. */
  readonly slices?: number;
  /** Of `values`, when they are known already. */
  readonly statistics?: readonly MapStatistics[];
}

export interface FeatureMapsOptions {
  /** Maps a row: a number (16 in the tutorial), or `auto` (the default) for what fits a page of 1,600 pixels. */
  readonly columns?: number | "auto";
  /** Which maps are drawn, in which order, and why these; all by default. */
  readonly chosen?: ChosenMaps;
  /** What shares one scale of colours; `map` by default, as in the tutorial. */
  readonly scaleMode?: ScaleMode;
  /** What the scale spans in the modes `network` and `photos`, and, to fix it by hand, in `layer`. */
  readonly range?: Range;
  /** By default `viridis`, or `coolwarm` for values of both signs. */
  readonly colormap?: string;
  /** The number of each map above it; `true` by default. */
  readonly numbers?: boolean;
  /** Pixels a value, each way; `auto` (the default) enlarges small maps to at least 64 pixels. */
  readonly zoom?: number | "auto";
  /** `light` by default. */
  readonly theme?: ThemeName;
  /** A sentence before the caption: which photo this is, for instance. */
  readonly note?: string;
  /** The photo, small, beside the title. */
  readonly thumbnail?: Raster;
}

/**
 * Draws every map of a layer as one cell of a grid: row by row in channel order, small maps enlarged
 * by whole pixels, the last row filled up with paper.
 *
 * A picture tells what it shows: title with layer, class and shape; a caption with how many maps
 * there are and which are dead, constant or not finite; a legend of the scale that was really used.
 *
 * @throws StriateError when `values` does not hold `channels * height * width` numbers, when there is
 *   no map, or when a scale over several layers comes without its range
 */
export function drawFeatureMaps(layer: FeatureMaps, options: FeatureMapsOptions = {}): Picture {
  const [picture] = drawFeatureMapPages(layer, { ...options, perPage: Infinity });
  return picture!;
}

/**
 * {@link drawFeatureMaps} in pages that a screen shows, one after the other, on one scale.
 *
 * @param options.perPage maps on a page; `auto` for about as many as a screen shows
 */
export function* drawFeatureMapPages(
  layer: FeatureMaps,
  options: FeatureMapsOptions & { readonly perPage: number | "auto" },
): Generator<Picture> {
  const { columns = "auto", numbers = true, perPage } = options;
  const { address, className, shape, channels, slices = 1 } = layer;
  checkLayer(layer, columns);
  const theme = themes[options.theme ?? "light"];
  const statistics = layer.statistics ?? statisticsOfMaps(layer);
  // A map of one value has no scale of its own.
  const wanted = options.scaleMode ?? "map";
  const scaleMode = wanted === "map" && layer.height * layer.width === 1 ? "layer" : wanted;
  const scale = chooseScale(statistics, scaleMode, options.range, options.colormap);

  const planes = { channels: channels * slices, height: layer.height, width: layer.width };
  const shrink = shrinkFactor(planes);
  const { maps, size } =
    shrink > 1 ? shrinkMaps(layer.values, planes, shrink) : { maps: layer.values, size: planes };
  const zoom = options.zoom === undefined || options.zoom === "auto" ? zoomOf(size) : options.zoom;
  const { width, height } = size;

  const chosen = options.chosen ?? allMaps(channels);
  const depths = slices > 1 ? spread(slices, mostSlices) : [undefined];
  const places = chosen.maps.flatMap((map) =>
    depths.map((slice): CellPlace => ({ map, ...(slice === undefined ? {} : { slice }) })),
  );
  const plane = ({ map, slice = 0 }: CellPlace) => map * slices + slice;
  const own = slices > 1 ? mapStatistics(layer.values, planes) : statistics;
  const entries = places.map((place) => own[plane(place)]!);
  const labels = cellLabels(places, entries, scale, numbers, width * zoom);
  const layout = layoutCells(
    { width: width * zoom, height: height * zoom },
    labels,
    columns,
    depths.length,
  );
  const rows = rowsPerPage(
    places.length,
    layout,
    perPage === "auto" ? perPage : perPage * depths.length,
  );
  const step = Math.min(rows * layout.columns, places.length);
  const pages = Math.ceil(places.length / step);

  const words = legendWords(
    scale,
    statistics,
    labels.some((label) => label.range !== ""),
  );
  for (let number = 0; number < pages; number++) {
    const part = <T>(list: readonly T[]): T[] => list.slice(number * step, (number + 1) * step);
    const here = part(places);
    const caption = captionOf(layer, statistics, {
      ...{ zoom, shrink, chosen },
      ...(slices > 1 ? { slices: { shown: depths as number[], all: slices } } : {}),
      ...(pages > 1
        ? { page: { number: number + 1, of: pages, first: here[0]!.map, last: here.at(-1)!.map } }
        : {}),
    });
    const cells = here.map((place) => {
      const at = plane(place);
      const values = maps.subarray(at * width * height, (at + 1) * width * height);
      const { colormap } = scale;
      return {
        values,
        width,
        height,
        statistics: own[at]!,
        range: scale.ranges[place.map],
        colormap,
      };
    });
    const drawing = page({
      title: address,
      subtitle: `${className}  ${formatShape(shape)}`,
      caption: options.note ? `${options.note} ${caption}` : caption,
      legend: legend(scale, statistics, words, theme),
      ...(options.thumbnail ? { beside: framed(options.thumbnail) } : {}),
      body: drawCells({ cells, labels: part(labels), places: here, layout }, zoom, theme),
      theme,
    });
    yield { ...drawing, description: `${drawing.description} ${scaleSentence(scale, words)}` };
  }
}

/** The most slices of one map that stand side by side. */
const mostSlices = 16;

/** `most` of the numbers below `count`, from the first to the last, as evenly as can be. */
function spread(count: number, most: number): number[] {
  const shown = Math.min(count, most);
  return Array.from({ length: shown }, (_, i) =>
    shown === 1 ? 0 : Math.round((i * (count - 1)) / (shown - 1)),
  );
}

/** The numbers of each map; of one with depth over all of its slices. */
export function statisticsOfMaps(layer: FeatureMaps): MapStatistics[] {
  const { channels, height, width, slices = 1 } = layer;
  return mapStatistics(layer.values, { channels, height: height * slices, width });
}

function checkLayer(layer: FeatureMaps, columns: number | "auto"): void {
  const { address, channels, height, width, slices = 1 } = layer;
  if (!(channels > 0 && height > 0 && width > 0))
    throw new StriateError(
      `layer "${address}": ${channels} maps of ${height}x${width} cannot be drawn, there is nothing in them`,
    );
  if (columns !== "auto" && !(Number.isInteger(columns) && columns > 0))
    throw new StriateError(`columns: expected a whole number from 1 on or "auto", got ${columns}`);
  checkSize(layer.values, { channels: channels * slices, height, width });
}

/** Whole pixels a value, so that the longer side has at least 64 and a thin map stays visible. */
function zoomOf({ height, width }: MapsSize): number {
  const long = Math.max(height, width);
  const short = Math.min(height, width);
  const visible = Math.min(Math.ceil(8 / short), Math.floor(512 / long));
  return Math.max(1, Math.ceil(64 / long), visible);
}

function legend(
  scale: MapScale,
  statistics: readonly MapStatistics[],
  words: LegendWords,
  theme: Theme,
): Block[] {
  const { low, high, meaning } = words;
  const blocks = [
    colorBar({ colormap: scale.colormap, low, high, theme }),
    legendText(`${scale.colormap.name}, ${meaning}`, theme),
  ];
  if (statistics.some((entry) => entry.state === "non-finite"))
    blocks.push(colorKey(theme.notFinite, "not finite", theme));
  return blocks;
}

/** The legend in one sentence, for those who read the picture by ear. */
function scaleSentence(scale: MapScale, { low, high, meaning }: LegendWords): string {
  const span = scale.mode === "map" ? "" : ` from ${low} to ${high}`;
  return `Colours: ${scale.colormap.name}${span}, ${meaning}.`;
}
