import { layoutGrid } from "../../plot/grid.ts";
import type { Block } from "../../plot/page.ts";
import type { Mark } from "../../plot/picture.ts";
import { textWidth } from "../../plot/text.ts";
import type { Theme } from "../../plot/theme.ts";
import { type MapCell, mapRaster, mapTitle, statePattern, stateWord } from "../map-cell.ts";
import type { MapScale } from "../map-scale.ts";
import type { MapStatistics } from "../map-statistics.ts";
import { rangeWords } from "../map-words.ts";

/** The line above a cell: its number, a word when it is not live, and the range of its own scale. */
export interface CellLabel {
  readonly number: string;
  readonly word: string;
  readonly range: string;
}

/** What a cell shows: a map, or one slice of a map that has depth. */
export interface CellPlace {
  readonly map: number;
  readonly slice?: number;
}

/** Cells of one size with their labels, and how they are laid out. */
export interface CellGrid {
  readonly cells: readonly MapCell[];
  readonly labels: readonly CellLabel[];
  readonly places: readonly CellPlace[];
  readonly layout: CellLayout;
}

/** How large the cells of a layer are drawn; it is the same on all of its pages. */
export interface CellLayout {
  readonly width: number;
  readonly height: number;
  /** Of the line of labels above a cell; 0 where there is none. */
  readonly top: number;
  readonly columns: number;
  readonly stepY: number;
}

const labelHeight = 16;
const gap = 10;
const numberStyle = { size: 11, weight: "bold" } as const;
const rangeStyle = { size: 10 } as const;

/** Of a page of 1,600 pixels, without its margins. */
const pageWidth = 1544;

/**
 * Lays out the cells of a layer: `auto` fills a page of 1,600 pixels, the rows evenly.
 *
 * @param size pixels of a cell
 * @param together cells that stay in one row, where there is room: the slices of a map
 */
export function layoutCells(
  size: { readonly width: number; readonly height: number },
  labels: readonly CellLabel[],
  columns: number | "auto",
  together = 1,
): CellLayout {
  const widths = labels.map(labelWidth);
  const top = widths.some((width) => width > 0) ? labelHeight : 0;
  const cellWidth = Math.max(size.width, Math.ceil(widths.reduce((a, b) => Math.max(a, b), 0)));
  const count = labels.length;
  const { columns: most } = gridOf(count, cellWidth, size.height + top, columns);
  const whole =
    together === 1 || columns !== "auto"
      ? most
      : together <= most
        ? most - (most % together)
        : Math.ceil(together / Math.ceil(together / most));
  return {
    width: cellWidth,
    height: size.height + top,
    top,
    columns: whole,
    stepY: size.height + top + gap,
  };
}

const gridOf = (count: number, cellWidth: number, cellHeight: number, columns: number | "auto") =>
  layoutGrid({
    ...{ count, cellWidth, cellHeight, columns },
    ...{ gapX: gap, gapY: gap, autoWidth: pageWidth },
  });

/**
 * Rows on each page of a layer: all on one where a screen shows them, else as evenly as can be.
 *
 * @param most cells on a page, or `auto` for what a screen shows
 */
export function rowsPerPage(count: number, layout: CellLayout, most: number | "auto"): number {
  const { columns, stepY } = layout;
  const rows = Math.ceil(count / columns);
  if (most !== "auto") return Math.max(1, Math.floor(most / columns));
  // A little more than a screen is scrolled rather than cut in two.
  if (rows * stepY <= 1600) return rows;
  const pages = Math.ceil(rows / Math.max(1, Math.floor(1200 / stepY)));
  return Math.ceil(rows / pages);
}

/** All cells with their labels. */
export function drawCells(
  { cells, labels, places, layout }: CellGrid,
  zoom: number,
  theme: Theme,
): Block {
  const grid = gridOf(cells.length, layout.width, layout.height, layout.columns);
  const { top } = layout;
  const marks = cells.map((cell, index): Mark => {
    const { x, y } = grid.at(index);
    const width = cell.width * zoom;
    const height = cell.height * zoom;
    const { map, slice } = places[index]!;
    return {
      kind: "group",
      x,
      y: y + top,
      title: mapTitle(map, cell.statistics, slice),
      marks: [
        { kind: "image", x: 0, y: 0, width, height, raster: mapRaster(cell, theme) },
        ...statePattern(cell, width, height, theme),
        ...labelMarks(labels[index]!, width, theme),
      ],
    };
  });
  return { width: grid.width, height: grid.height, marks };
}

/** The labels of all cells; a shorter number where two digits do not fit into `width`, none is left out. */
export function cellLabels(
  places: readonly CellPlace[],
  statistics: readonly MapStatistics[],
  scale: MapScale,
  numbers: boolean,
  width: number,
): CellLabel[] {
  return statistics.map((entry, index): CellLabel => {
    const place = places[index]!;
    const own = scale.mode === "map" && entry.min < entry.max && !place.slice;
    const range = own ? scale.ranges[place.map] : undefined;
    const label = (digits: number): CellLabel => ({
      number: numbers ? numberOf(place) : "",
      word: stateWord(entry),
      range: range ? rangeWords(range, scale.colormap.diverging, digits) : "",
    });
    const long = label(2);
    return labelWidth(long) <= width ? long : label(1);
  });
}

const numberOf = ({ map, slice }: CellPlace): string =>
  slice === undefined ? String(map) : `${map} z${slice}`;

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
