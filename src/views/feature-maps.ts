import { StriateError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { colorBar, colorKey, legendText } from "../plot/color-bar.ts";
import { layoutGrid } from "../plot/grid.ts";
import { type Block, page } from "../plot/page.ts";
import type { Mark, Picture } from "../plot/picture.ts";
import type { Range } from "../plot/range.ts";
import type { Raster } from "../plot/raster.ts";
import { textWidth } from "../plot/text.ts";
import { type Theme, type ThemeName, themes } from "../plot/theme.ts";
import { framed } from "./framed.ts";
import { type MapCell, mapRaster, mapTitle, statePattern, stateWord } from "./map-cell.ts";
import { type MapScale, type ScaleMode, chooseScale } from "./map-scale.ts";
import { type MapStatistics, type MapsSize, checkSize, mapStatistics } from "./map-statistics.ts";
import { type LegendWords, captionOf, legendWords, rangeWords } from "./map-words.ts";
import { shrinkFactor, shrinkMaps } from "./shrink-maps.ts";

/** What a layer made of one photo. */
export interface FeatureMaps extends MapsSize {
  /** The layer's address, for the title: `conv2d_1`. */
  readonly address: string;
  /** The layer's class: `Conv2D`. */
  readonly className: string;
  /** The shape as the user knows it, for the title: `[1, 72, 72, 64]`. */
  readonly shape: readonly (number | string | null)[];
  /** `channels` planes of `height * width` values (see `toPlanes`); not changed. */
  readonly values: Float32Array;
  /** Of `values`, when they are known already. */
  readonly statistics?: readonly MapStatistics[];
}

export interface FeatureMapsOptions {
  /** Maps a row: a number (16 in the tutorial), or `auto` (the default) for what fits a page of 1,600 pixels. */
  readonly columns?: number | "auto";
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
  const { columns = "auto", numbers = true } = options;
  const { address, className, shape } = layer;
  checkLayer(layer, columns);
  const theme = themes[options.theme ?? "light"];
  const statistics = layer.statistics ?? mapStatistics(layer.values, layer);
  // A map of one value has no scale of its own.
  const wanted = options.scaleMode ?? "map";
  const scaleMode = wanted === "map" && layer.height * layer.width === 1 ? "layer" : wanted;
  const scale = chooseScale(statistics, scaleMode, options.range, options.colormap);

  const shrink = shrinkFactor(layer);
  const { maps, size } =
    shrink > 1 ? shrinkMaps(layer.values, layer, shrink) : { maps: layer.values, size: layer };
  const zoom = options.zoom === undefined || options.zoom === "auto" ? zoomOf(size) : options.zoom;
  const cells = statistics.map((entry, index): MapCell => {
    const { width, height } = size;
    const values = maps.subarray(index * width * height, (index + 1) * width * height);
    const { colormap } = scale;
    return { values, width, height, statistics: entry, range: scale.ranges[index], colormap };
  });

  // A shorter number where two digits do not fit; none is left out.
  const short = cellLabels(scale, statistics, numbers, 1);
  const labels = cellLabels(scale, statistics, numbers, 2).map((label, i) =>
    labelWidth(label) <= size.width * zoom ? label : short[i]!,
  );
  const ranges = labels.some((label) => label.range !== "");

  const words = legendWords(scale, statistics, ranges);
  const caption = captionOf(layer, statistics, { zoom, shrink });
  const drawing = page({
    title: address,
    subtitle: `${className}  ${formatShape(shape)}`,
    caption: options.note ? `${options.note} ${caption}` : caption,
    legend: legend(scale, statistics, words, theme),
    ...(options.thumbnail ? { beside: framed(options.thumbnail) } : {}),
    body: cellGrid(cells, labels, columns, zoom, theme),
    theme,
  });
  return { ...drawing, description: `${drawing.description} ${scaleSentence(scale, words)}` };
}

function checkLayer(layer: FeatureMaps, columns: number | "auto"): void {
  const { address, channels, height, width } = layer;
  if (!(channels > 0 && height > 0 && width > 0))
    throw new StriateError(
      `layer "${address}": ${channels} maps of ${height}x${width} cannot be drawn, there is nothing in them`,
    );
  if (columns !== "auto" && !(Number.isInteger(columns) && columns > 0))
    throw new StriateError(`columns: expected a whole number from 1 on or "auto", got ${columns}`);
  checkSize(layer.values, layer);
}

/** Whole pixels a value, so that the longer side has at least 64 and a thin map stays visible. */
function zoomOf({ height, width }: MapsSize): number {
  const long = Math.max(height, width);
  const short = Math.min(height, width);
  const visible = Math.min(Math.ceil(8 / short), Math.floor(512 / long));
  return Math.max(1, Math.ceil(64 / long), visible);
}

/** Of a page of 1,600 pixels, without its margins. */
const pageWidth = 1544;

/** All cells with their labels. */
function cellGrid(
  cells: readonly MapCell[],
  labels: readonly CellLabel[],
  columns: number | "auto",
  zoom: number,
  theme: Theme,
): Block {
  const width = cells[0]!.width * zoom;
  const height = cells[0]!.height * zoom;
  const labelled = labels.some((label) => labelWidth(label) > 0);
  const top = labelled ? labelHeight : 0;
  const cellWidth = Math.max(width, Math.ceil(Math.max(...labels.map(labelWidth))));
  const grid = layoutGrid({
    count: cells.length,
    cellWidth,
    cellHeight: height + top,
    gapX: 10,
    gapY: 10,
    columns,
    autoWidth: pageWidth,
  });
  const marks = cells.map((cell, index): Mark => {
    const { x, y } = grid.at(index);
    return {
      kind: "group",
      x,
      y: y + top,
      title: mapTitle(index, cell.statistics),
      marks: [
        { kind: "image", x: 0, y: 0, width, height, raster: mapRaster(cell, theme) },
        ...statePattern(cell, width, height, theme),
        ...labelMarks(labels[index]!, width, theme),
      ],
    };
  });
  return { width: grid.width, height: grid.height, marks };
}

/** The line above a cell: its number, a word when it is not live, and the range of its own scale. */
interface CellLabel {
  readonly number: string;
  readonly word: string;
  readonly range: string;
}

const labelHeight = 16;
const numberStyle = { size: 11, weight: "bold" } as const;
const rangeStyle = { size: 10 } as const;

function cellLabels(
  scale: MapScale,
  statistics: readonly MapStatistics[],
  numbers: boolean,
  digits: number,
) {
  return statistics.map((entry, index): CellLabel => {
    const range = scale.mode === "map" && entry.min < entry.max ? scale.ranges[index] : undefined;
    return {
      number: numbers ? String(index) : "",
      word: stateWord(entry),
      range: range ? rangeWords(range, scale.colormap.diverging, digits) : "",
    };
  });
}

function labelWidth({ number, word, range }: CellLabel): number {
  const end = wordStart(number) + textWidth(word, numberStyle);
  return range === "" ? end : end + (word === "" ? 2 : 6) + textWidth(range, rangeStyle);
}

function wordStart(number: string): number {
  return number === "" ? 0 : Math.ceil(textWidth(number, numberStyle)) + 4;
}

function labelMarks({ number, word, range }: CellLabel, width: number, theme: Theme): Mark[] {
  const at = { kind: "text", y: -5 } as const;
  const end = Math.max(width, labelWidth({ number, word, range }));
  const marks: Mark[] = [
    { ...at, ...numberStyle, x: 0, text: number, fill: theme.muted },
    { ...at, ...numberStyle, x: wordStart(number), text: word, fill: theme.warning },
    { ...at, ...rangeStyle, x: end, text: range, anchor: "end", fill: theme.faint },
  ];
  return marks.filter((mark) => mark.kind === "text" && mark.text !== "");
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
