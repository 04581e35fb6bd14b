import { formatShape } from "../../base/shape.ts";
import { colorBar, legendText } from "../../plot/color-bar.ts";
import { count, formatNumber } from "../../plot/format-number.ts";
import { type Block, page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { type Theme, themes } from "../../plot/theme.ts";
import type { FeatureMapsOptions } from "../feature-maps.ts";
import { framed } from "../framed.ts";
import { mapRaster } from "../map-cell.ts";
import { type MapScale, chooseScale } from "../map-scale.ts";
import { legendWords } from "../map-words.ts";
import type { Vectors } from "./vectors.ts";

const label = { size: 11, weight: "bold" } as const;
const left = 64;

/**
 * Draws a layer that makes no maps: the units of a dense layer as strips, each strip labelled with its first
 * unit; a 1-D layer as a carpet, a row for each channel and a column for each step.
 */
export function drawVectors(layer: Vectors, options: FeatureMapsOptions = {}): Picture {
  const { address, className, shape, statistics, rows, columns } = layer;
  const theme = themes[options.theme ?? "light"];
  // Rows are compared with each other: a scale for each would hide which one answers.
  const mode = (options.scaleMode ?? "map") === "map" ? "layer" : options.scaleMode!;
  const scale = chooseScale(statistics, mode, options.range, options.colormap);
  const { low, high, meaning } = legendWords(scale, statistics, false);
  const dense = rows === 1;
  const what = dense
    ? `${count(columns, "unit")}, numbered from 0.`
    : `${rows} channels from the top, each with its ${columns} steps from the left.`;
  return page({
    title: address,
    subtitle: `${className}  ${formatShape(shape)}`,
    caption: options.note ? `${options.note} ${what}` : what,
    legend: [
      colorBar({ colormap: scale.colormap, low, high, theme }),
      legendText(`${scale.colormap.name}, ${meaning}`, theme),
    ],
    ...(options.thumbnail ? { beside: framed(options.thumbnail) } : {}),
    body: dense ? strips(layer, scale, theme) : carpet(layer, scale, theme),
    theme,
  });
}

/** Few units are large and bear their values; many are a dot each. */
function strips(layer: Vectors, scale: MapScale, theme: Theme): Block {
  const { columns: units } = layer;
  const [across, cell, gap] =
    units <= 24 ? [12, 64, 36] : units <= 2048 ? [64, 16, 20] : [512, 2, 0];
  const rows = Math.ceil(units / across);
  const marks = Array.from({ length: rows }, (_, strip): Mark[] => {
    const from = strip * across;
    const part = {
      x: left,
      y: strip * (cell + gap),
      from,
      columns: Math.min(across, units - from),
    };
    const numbered = gap > 0 || strip % 8 === 0;
    return [
      ...(numbered
        ? [text(0, part.y + Math.max(9, cell / 2 + 4), `unit ${from}`, theme.muted)]
        : []),
      image(layer, scale, theme, part, cell, 1),
      ...(units <= 24 ? valuesBelow(layer, part, cell, theme) : []),
    ];
  }).flat();
  return {
    width: left + Math.min(units, across) * cell,
    height: rows * (cell + gap),
    marks,
  };
}

function valuesBelow(layer: Vectors, part: Part, cell: number, theme: Theme): Mark[] {
  return Array.from({ length: part.columns }, (_, i): Mark => {
    const value = formatNumber(layer.values[part.from + i]!, 3);
    return text(part.x + i * cell, part.y + cell + 14, value, theme.muted);
  });
}

function carpet(layer: Vectors, scale: MapScale, theme: Theme): Block {
  const { rows, columns } = layer;
  const zoom = Math.max(1, Math.min(12, Math.floor(1400 / columns), Math.floor(900 / rows)));
  const part = { x: left, y: 0, from: 0, columns };
  return {
    width: left + columns * zoom,
    height: rows * zoom + 20,
    marks: [
      text(0, 10, "channel 0", theme.muted),
      ...(rows * zoom > 30 ? [text(0, rows * zoom, String(rows - 1), theme.muted)] : []),
      image(layer, scale, theme, part, zoom, rows),
      text(left, rows * zoom + 16, `step 0 to ${columns - 1}`, theme.muted),
    ],
  };
}

interface Part {
  readonly x: number;
  readonly y: number;
  readonly from: number;
  readonly columns: number;
}

function image(
  { values, statistics }: Vectors,
  scale: MapScale,
  theme: Theme,
  { x, y, from, columns }: Part,
  zoom: number,
  rows: number,
): Mark {
  const odd = statistics.find(({ nan, infinite }) => nan + infinite > 0);
  const cell = {
    values: values.subarray(from, from + rows * columns),
    ...{ width: columns, height: rows },
    statistics: odd ?? statistics[0]!,
    range: scale.shared,
    colormap: scale.colormap,
  };
  const raster = mapRaster(cell, theme);
  return { kind: "image", x, y, width: columns * zoom, height: rows * zoom, raster };
}

const text = (x: number, y: number, words: string, fill: Theme["muted"]): Mark => ({
  ...{ kind: "text", x, y, text: words, fill },
  ...label,
});
