import { pushAll } from "../../base/extremes.ts";
import { layoutGrid } from "../../plot/grid.ts";
import type { Block } from "../../plot/page.ts";
import type { GroupMark, Mark } from "../../plot/picture.ts";
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
  /** Where the word starts, and how wide the whole line is, in pixels. */
  readonly wordStart: number;
  readonly width: number;
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
  const widest = labels.reduce((most, { width }) => Math.max(most, width), 0);
  const top = widest > 0 ? labelHeight : 0;
  const cellWidth = Math.max(size.width, Math.ceil(widest));
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
  // The colours of all maps lie in one piece of memory: thousands of small ones are slow to hand to a thread.
  // bounded: as many as the values that are there
  const colors = new Uint8Array(lengthOf(cells));
  let used = 0;
  const marks = cells.map((cell, index): Mark => {
    const { x, y } = grid.at(index);
    const width = cell.width * zoom;
    const height = cell.height * zoom;
    const raster = mapRaster(cell, theme, colors.subarray(used, (used += cell.values.length)));
    const marks: Mark[] = [{ kind: "image", x: 0, y: 0, width, height, raster }];
    pushAll(marks, statePattern(cell, width, height, theme));
    pushAll(marks, labelMarks(labels[index]!, width, theme));
    return new CellMark(x, y + top, marks, places[index]!, cell.statistics);
  });
  return { width: grid.width, height: grid.height, marks };
}

/** A map with its label. Its title is put into words only by who shows titles: a PNG file has none. */
class CellMark implements GroupMark {
  readonly kind = "group";
  readonly #place: CellPlace;
  readonly #statistics: MapStatistics;

  constructor(
    readonly x: number,
    readonly y: number,
    readonly marks: readonly Mark[],
    place: CellPlace,
    statistics: MapStatistics,
  ) {
    this.#place = place;
    this.#statistics = statistics;
  }

  get title(): string {
    return mapTitle(this.#place.map, this.#statistics, this.#place.slice);
  }
}

const lengthOf = (cells: readonly MapCell[]): number =>
  cells.reduce((sum, { values }) => sum + values.length, 0);

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
    const number = numbers ? numberOf(place) : "";
    const word = stateWord(entry);
    const words = (digits: number) =>
      range ? rangeWords(range, scale.colormap.diverging, digits) : "";
    const long = labelOf(number, word, words(2));
    return long.width <= width ? long : labelOf(number, word, words(1));
  });
}

const numberOf = ({ map, slice }: CellPlace): string =>
  slice === undefined ? String(map) : `${map} z${slice}`;

function labelOf(number: string, word: string, range: string): CellLabel {
  const wordStart = number === "" ? 0 : Math.ceil(textWidth(number, numberStyle)) + 4;
  const end = word === "" ? wordStart : wordStart + textWidth(word, numberStyle);
  const width = range === "" ? end : end + (word === "" ? 2 : 6) + textWidth(range, rangeStyle);
  return { number, word, range, wordStart, width };
}

function labelMarks(label: CellLabel, width: number, { muted, warning, faint }: Theme): Mark[] {
  const { number, word, range, wordStart } = label;
  const { size, weight } = numberStyle;
  const marks: Mark[] = [];
  const y = -5;
  if (number !== "") marks.push({ kind: "text", x: 0, y, text: number, size, weight, fill: muted });
  if (word !== "")
    marks.push({ kind: "text", x: wordStart, y, text: word, size, weight, fill: warning });
  if (range !== "") {
    const x = Math.max(width, label.width);
    const { size } = rangeStyle;
    marks.push({ kind: "text", x, y, text: range, size, anchor: "end", fill: faint });
  }
  return marks;
}
