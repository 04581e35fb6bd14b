import { type Rgb, formatColor, luminance, mixColors, parseColor } from "../plot/color.ts";
import { type Colormap, colorAt, colorIndices } from "../plot/colormap.ts";
import { formatNumber } from "../plot/format-number.ts";
import { hatching } from "../plot/path.ts";
import type { Mark, PathMark } from "../plot/picture.ts";
import type { Range } from "../plot/range.ts";
import type { Raster } from "../plot/raster.ts";
import type { Theme } from "../plot/theme.ts";
import type { MapStatistics } from "./map-statistics.ts";

/** One map, ready to be drawn. */
export interface MapCell {
  /** `height * width` values. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly statistics: MapStatistics;
  readonly range: Range | undefined;
  readonly colormap: Colormap;
}

/**
 * The colours of a map. Values that are not finite get `theme.notFinite`; they are found here, so
 * that none of them is ever turned into a byte.
 *
 * @param indices memory for the colour of each value
 */
export function mapRaster(
  cell: MapCell,
  theme: Theme,
  indices: Uint8Array = new Uint8Array(cell.values.length),
): Raster {
  const { values, width, height, statistics, range, colormap } = cell;
  if (range && range.low < range.high) colorIndices(values, range, indices);
  else indices.fill(flatIndex(cell));
  if (statistics.nan + statistics.infinite === 0)
    return { width, height, channels: 1, data: indices, palette: colormap.table };
  const [red, green, blue] = parseColor(theme.notFinite);
  const data = new Uint8Array(values.length * 3);
  for (let i = 0; i < values.length; i++) {
    const finite = Number.isFinite(values[i]);
    const entry = indices[i]! * 3;
    data[i * 3] = finite ? colormap.table[entry]! : red;
    data[i * 3 + 1] = finite ? colormap.table[entry + 1]! : green;
    data[i * 3 + 2] = finite ? colormap.table[entry + 2]! : blue;
  }
  return { width, height, channels: 3, data };
}

/**
 * The colour of a scale that holds one value only: a lone zero has the lowest colour (of a diverging
 * map the middle, which is its zero), any other value the middle one.
 */
function flatIndex({ range, colormap }: MapCell): number {
  return range?.low === 0 && !colormap.diverging ? 0 : 128;
}

/** A word for a map that is not live. */
export function stateWord({ state, nan, infinite }: MapStatistics): string {
  switch (state) {
    case "live":
      return "";
    case "dead":
      return "dead";
    case "constant":
      return "constant";
    case "non-finite":
      return [nan > 0 ? "NaN" : "", infinite > 0 ? "Inf" : ""].filter(Boolean).join(", ");
  }
}

/**
 * The pattern that marks a map that is not live, over a cell of the given size at (0, 0): slanted
 * lines for a dead one, level lines for a constant one (they hide nothing, there is nothing to see),
 * a dashed frame outside the cell for one with values that are not finite.
 */
export function statePattern(cell: MapCell, width: number, height: number, theme: Theme): Mark[] {
  const { state } = cell.statistics;
  if (state === "live") return [];
  if (state === "non-finite")
    return [
      {
        kind: "path",
        path: [
          ["M", -1.5, -1.5],
          ["L", width + 1.5, -1.5],
          ["L", width + 1.5, height + 1.5],
          ["L", -1.5, height + 1.5],
          ["Z"],
        ],
        stroke: theme.notFinite,
        dash: [4, 3],
      },
    ];
  const base = mapColor(cell);
  const line = mixColors(base, luminance(base) < 0.3 ? [255, 255, 255] : [0, 0, 0], 0.4);
  const pattern: PathMark = {
    kind: "path",
    path:
      state === "dead"
        ? hatching(0, 0, width, height, 9)
        : Array.from({ length: Math.floor(height / 6) }, (_, i) => [
            ["M", 0, i * 6 + 3.5] as const,
            ["L", width, i * 6 + 3.5] as const,
          ]).flat(),
    stroke: formatColor(line),
  };
  return [pattern];
}

/** The one colour of a dead or constant map. */
function mapColor(cell: MapCell): Rgb {
  const { range, colormap, values } = cell;
  const index =
    range && range.low < range.high
      ? colorIndices(values.subarray(0, 1), range)[0]!
      : flatIndex(cell);
  return colorAt(colormap, index);
}

/** What a viewer of the SVG reads when the pointer rests on a map. */
export function mapTitle(index: number, statistics: MapStatistics, slice?: number): string {
  const { min, max, mean, zeros } = statistics;
  const word = stateWord(statistics);
  const numbers =
    min <= max
      ? `${formatNumber(min)} to ${formatNumber(max)}, mean ${formatNumber(mean)}, ${formatNumber(zeros * 100)} % zero`
      : "no finite value";
  const which = slice === undefined ? "" : `, slice ${slice}`;
  return `map ${index}${which}${word && `, ${word}`}: ${numbers}`;
}
