import { counted } from "../../base/counted.ts";
import { formatShape } from "../../base/shape.ts";
import { colorBar, legendText } from "../../plot/color-bar.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { type Block, page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { shortenText } from "../../plot/text.ts";
import { type Theme, themes } from "../../plot/theme.ts";
import type { FeatureMapsOptions } from "../feature-maps.ts";
import { allMaps } from "./choose-maps.ts";
import { drawTraces, tracedRows } from "./draw-traces.ts";
import { framed } from "../framed.ts";
import { mapRaster } from "../map-cell.ts";
import { type MapScale, chooseScale } from "../map-scale.ts";
import { legendWords } from "../map-words.ts";
import type { Vectors } from "./vectors.ts";

const label = { size: 11, weight: "bold" } as const;
const left = 64;

/**
 * Draws a layer that makes no maps: the units of a dense layer as strips, each strip labelled with its first
 * unit, and of a head with the names of its classes; a 1-D layer as a carpet, a row for each channel and a column
 * for each step, with traces of its channels under it.
 */
export function drawVectors(layer: Vectors, options: FeatureMapsOptions = {}): Picture {
  const { address, className, shape, statistics, rows, columns } = layer;
  const theme = themes[options.theme ?? "light"];
  // Rows are compared with each other: a scale for each would hide which one answers.
  const mode = (options.scaleMode ?? "map") === "map" ? "layer" : options.scaleMode!;
  const scale = chooseScale(statistics, mode, options.range, options.colormap);
  const { low, high, meaning } = legendWords(scale, statistics, false);
  const dense = rows === 1 && shape.length === 2;
  const chosen = options.chosen ?? allMaps(rows);
  const traced = tracedRows(layer, chosen.maps);
  const what = dense
    ? `${counted(columns, "unit")}, numbered from 0.`
    : [
        `${counted(rows, "channel")} from the top, each with its ${counted(columns, "step")} from the left.`,
        chosen.words,
        `Below it ${traced.length < chosen.maps.length ? `the ${traced.length} channels that change most` : "the channels"} as traces, each from its lowest to its highest value.`,
      ]
        .filter(Boolean)
        .join(" ");
  return page({
    title: address,
    subtitle: `${className}  ${formatShape(shape)}`,
    caption: options.note ? `${options.note} ${what}` : what,
    legend: [
      colorBar({ colormap: scale.colormap, low, high, theme }),
      legendText(`${scale.colormap.name}, ${meaning}`, theme),
    ],
    ...(options.thumbnail ? { beside: framed(options.thumbnail) } : {}),
    body: dense ? strips(layer, scale, theme) : carpet(layer, chosen.maps, traced, scale, theme),
    theme,
  });
}

/** Few units are large and bear their values; many are a dot each. */
function strips(layer: Vectors, scale: MapScale, theme: Theme): Block {
  const { columns: units, names } = layer;
  const few = units <= fewUnits;
  const [across, cell, below] = few
    ? names
      ? [8, 120, 54]
      : [12, 64, 36]
    : units <= 2048
      ? [64, 16, 20]
      : [512, 2, 0];
  const rows = Math.ceil(units / across);
  const height = few ? 64 : cell;
  const marks = Array.from({ length: rows }, (_, strip): Mark[] => {
    const from = strip * across;
    const part = {
      x: left,
      y: strip * (height + below),
      from,
      columns: Math.min(across, units - from),
    };
    const numbered = below > 0 || strip % 8 === 0;
    return [
      ...(numbered
        ? [text(0, part.y + Math.max(9, height / 2 + 4), `unit ${from}`, theme.muted)]
        : []),
      image(layer, scale, theme, part, { width: cell, height }, [0]),
      ...(few ? wordsBelow(layer, part, cell, height, theme) : []),
    ];
  }).flat();
  const best = !few && names ? strongest(layer, names, theme) : { marks: [], height: 0 };
  return {
    width: left + Math.min(units, across) * cell,
    height: rows * (height + below) + best.height,
    marks: [...marks, shifted(best.marks, rows * (height + below))],
  };
}

const fewUnits = 24;

/** The value of each unit, and the name of its class. */
function wordsBelow(
  layer: Vectors,
  part: Part,
  cell: number,
  height: number,
  theme: Theme,
): Mark[] {
  return Array.from({ length: part.columns }, (_, i): Mark[] => {
    const [x, y] = [part.x + i * cell, part.y + height + 14];
    const value = text(x, y, formatNumber(layer.values[part.from + i]!, 3), theme.muted);
    const name = layer.names?.[part.from + i];
    if (name === undefined) return [value];
    return [value, text(x, y + 16, shortenText(name, cell - 6, label), theme.ink)];
  }).flat();
}

/** Many classes cannot all be named beside their dots: those with the highest values are. */
function strongest(layer: Vectors, names: readonly string[], theme: Theme) {
  const order = names.map((_, unit) => unit);
  order.sort((a, b) => layer.values[b]! - layer.values[a]!);
  const marks = order.slice(0, 5).map((unit, i): Mark => {
    const words = `${names[unit]!} (unit ${unit}): ${formatNumber(layer.values[unit]!, 3)}`;
    return text(left, 14 + i * 16, shortenText(words, 900, label), theme.ink);
  });
  return { marks: [text(0, 14, "highest", theme.muted), ...marks], height: marks.length * 16 + 6 };
}

const shifted = (marks: readonly Mark[], y: number): Mark => ({ kind: "group", x: 0, y, marks });

function carpet(
  layer: Vectors,
  rows: readonly number[],
  traced: readonly number[],
  scale: MapScale,
  theme: Theme,
): Block {
  const { columns } = layer;
  const zoom = Math.max(1, Math.min(12, Math.floor(1400 / columns), Math.floor(900 / rows.length)));
  const part = { x: left, y: 0, from: 0, columns };
  const [width, height] = [columns * zoom, rows.length * zoom];
  const traces = drawTraces(layer, traced, width, theme);
  return {
    width: left + Math.max(width, traces.width),
    height: height + 34 + traces.height,
    marks: [
      text(0, 10, `channel ${rows[0]!}`, theme.muted),
      ...(height > 30 ? [text(0, height, String(rows.at(-1)!), theme.muted)] : []),
      image(layer, scale, theme, part, { width: zoom, height: zoom }, rows),
      text(left, height + 16, `step 0 to ${columns - 1}`, theme.muted),
      { kind: "group", x: 0, y: height + 34, marks: traces.marks },
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
  { values, statistics, columns: all }: Vectors,
  scale: MapScale,
  theme: Theme,
  { x, y, from, columns }: Part,
  cell: { readonly width: number; readonly height: number },
  rows: readonly number[],
): Mark {
  const odd = statistics.find(({ nan, infinite }) => nan + infinite > 0);
  const shown = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries())
    shown.set(values.subarray(row * all + from, row * all + from + columns), i * columns);
  const raster = mapRaster(
    {
      values: shown,
      ...{ width: columns, height: rows.length },
      statistics: odd ?? statistics[0]!,
      range: scale.shared,
      colormap: scale.colormap,
    },
    theme,
  );
  const size = { width: columns * cell.width, height: rows.length * cell.height };
  return { kind: "image", x, y, ...size, raster };
}

const text = (x: number, y: number, words: string, fill: Theme["muted"]): Mark => ({
  ...{ kind: "text", x, y, text: words, fill },
  ...label,
});
