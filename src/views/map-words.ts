import { counted } from "../base/counted.ts";
import { formatNumber } from "../plot/format-number.ts";
import { type Range, combineRanges } from "../plot/range.ts";
import { withThousands } from "../base/text-table.ts";
import type { ChosenMaps } from "./feature-maps/choose-maps.ts";
import type { MapScale } from "./map-scale.ts";
import type { MapState, MapStatistics, MapsSize } from "./map-statistics.ts";

/** How the maps of a layer are drawn. */
export interface DrawnMaps {
  /** Pixels a value, each way. */
  readonly zoom: number;
  /** Values a pixel, each way. */
  readonly shrink: number;
  readonly chosen?: ChosenMaps;
  /** Of maps with depth: which of their slices. */
  readonly slices?: { readonly shown: readonly number[]; readonly all: number };
  readonly page?: {
    readonly number: number;
    readonly of: number;
    readonly first: number;
    readonly last: number;
  };
}

/**
 * The caption of a layer: how many maps of which size, how they are drawn, and which ones are dead,
 * constant or not finite.
 */
export function captionOf(
  size: MapsSize,
  statistics: readonly MapStatistics[],
  drawn: DrawnMaps,
): string {
  const { channels, height, width } = size;
  const { slices } = drawn;
  const enlarged = drawn.zoom > 1 ? `, enlarged ${drawn.zoom} times` : "";
  const reduced = drawn.shrink > 1 ? `, reduced to 1/${drawn.shrink} by averaging` : "";
  const depth = slices ? `${withThousands(slices.all)}×` : "";
  const sentences = [
    `${counted(channels, "map")} of ${depth}${height}×${width}${channels > 1 ? ", numbered from 0 in channel order" : ""}${enlarged}${reduced}.`,
    slices ? sliceSentence(slices) : "",
    drawn.chosen?.words ?? "",
    drawn.page ? pageSentence(drawn.page) : "",
    stateSentence(statistics, "dead", "dead (all zero)"),
    stateSentence(statistics, "constant", "constant"),
    notFiniteSentence(statistics),
  ];
  return sentences.filter(Boolean).join(" ");
}

function sliceSentence({ shown, all }: NonNullable<DrawnMaps["slices"]>): string {
  const which = shown.length === all ? `its ${all} slices` : `${shown.length} of its ${all} slices`;
  return `Each map is ${which} from z0 on, side by side.`;
}

const pageSentence = ({ number, of, first, last }: NonNullable<DrawnMaps["page"]>): string =>
  `Page ${number} of ${of}: from map ${first} to ${last}.`;

function stateSentence(
  statistics: readonly MapStatistics[],
  state: MapState,
  words: string,
): string {
  const numbers = numbersOf(statistics, (entry) => entry.state === state);
  if (numbers.length === 0) return "";
  const all = withThousands(statistics.length);
  return `${withThousands(numbers.length)} of ${all} ${words}: ${list(numbers)}.`;
}

function notFiniteSentence(statistics: readonly MapStatistics[]): string {
  const parts = [
    notFinitePart(statistics, "NaN", (entry) => entry.nan),
    notFinitePart(statistics, "infinite", (entry) => entry.infinite),
  ].filter(Boolean);
  return parts.length > 0 ? `Not finite, left out of every scale: ${parts.join("; ")}.` : "";
}

function notFinitePart(
  statistics: readonly MapStatistics[],
  word: string,
  of: (entry: MapStatistics) => number,
): string {
  const numbers = numbersOf(statistics, (entry) => of(entry) > 0);
  if (numbers.length === 0) return "";
  const values = statistics.reduce((sum, entry) => sum + of(entry), 0);
  return `${counted(values, `${word} value`)} in ${numbers.length === 1 ? "map" : "maps"} ${list(numbers)}`;
}

function numbersOf(
  statistics: readonly MapStatistics[],
  test: (entry: MapStatistics) => boolean,
): number[] {
  return statistics.flatMap((entry, index) => (test(entry) ? [index] : []));
}

/** `3, 5, 11`; after a dozen, how many more there are. */
function list(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 12).join(", ");
  return numbers.length > 12 ? `${shown} and ${withThousands(numbers.length - 12)} more` : shown;
}

/** The words of a legend: what stands at the ends of the bar, and what the scale belongs to. */
export interface LegendWords {
  readonly low: string;
  readonly high: string;
  readonly meaning: string;
}

/**
 * Says which values the colours stand for. In mode `map`, where no one bar can, it says so.
 *
 * @param above whether each map's own high stands above it
 */
export function legendWords(
  scale: MapScale,
  statistics: readonly MapStatistics[],
  above: boolean,
): LegendWords {
  const { mode, shared, colormap, clipped } = scale;
  if (mode === "map") {
    // A dead or constant map has a value, but no range.
    const ranges = scale.ranges.filter((_, i) => statistics[i]!.min < statistics[i]!.max);
    if (!ranges.some(Boolean))
      return { low: "low", high: "high", meaning: "each map on its own scale: none has a range" };
    const lows = spanOf(ranges, (range) => range.low);
    const highs = spanOf(ranges, (range) => range.high);
    const where = above ? " (written above it)" : "";
    if (colormap.diverging)
      return {
        low: "−peak",
        high: "+peak",
        meaning: `each map on its own scale about zero: ${spanWords("peak", highs)}${where}`,
      };
    return {
      low: "low",
      high: "high",
      meaning: `each map on its own scale: ${spanWords("low", lows)}, ${spanWords("high", highs)}${where}`,
    };
  }
  const owner = {
    layer: "one scale for this layer",
    network: "one scale for all layers",
    photos: "one scale for all photos",
  }[mode];
  return {
    low: shared ? formatNumber(shared.low, 4) : "none",
    high: shared ? formatNumber(shared.high, 4) : "none",
    meaning: owner + (clipped ? "; values outside it have the end colours" : ""),
  };
}

function spanOf(ranges: readonly (Range | undefined)[], of: (range: Range) => number): Range {
  return combineRanges(ranges.map((range) => range && { low: of(range), high: of(range) }))!;
}

/** `low 0`, `high 0.02 to 0.39`. */
function spanWords(word: string, span: Range): string {
  const low = formatNumber(span.low);
  const high = formatNumber(span.high);
  return low === high ? `${word} ${low}` : `${word} ${low} to ${high}`;
}

/**
 * The ends of one map's own scale to two digits, or to `digits`, as short as can be: its high alone where the scale
 * lies about zero, or where the low is zero beside it (less than a hundredth).
 */
export function rangeWords(range: Range, diverging: boolean, digits = 2): string {
  const high = formatNumber(range.high, digits);
  if (diverging) return `±${high}`;
  return Math.abs(range.low) < range.high / 100
    ? high
    : `${formatNumber(range.low, digits)} to ${high}`;
}
