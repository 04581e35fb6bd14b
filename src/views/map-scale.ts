import { StriateError } from "../base/errors.ts";
import { type Colormap, colormap } from "../plot/colormap.ts";
import { type Range, combineRanges, isSigned, symmetricRange } from "../plot/range.ts";
import { type MapStatistics, rangeOf } from "./map-statistics.ts";

/**
 * What shares one scale of colours: each `map` has its own (as the tutorial draws them), all maps of
 * a `layer` have one, all layers of a `network`, or all layers of all `photos`.
 */
export type ScaleMode = "map" | "layer" | "network" | "photos";

export const scaleModes: readonly ScaleMode[] = ["map", "layer", "network", "photos"];

/** Which colours stand for which values. */
export interface MapScale {
  readonly mode: ScaleMode;
  readonly colormap: Colormap;
  /** Per map: the values of the first and the last colour; `undefined` where nothing is finite. */
  readonly ranges: readonly (Range | undefined)[];
  /** The one range of all maps; `undefined` in mode `map`, where each has its own. */
  readonly shared?: Range;
  /** Finite values lie outside the shared range, and are drawn in the end colours. */
  readonly clipped: boolean;
}

/**
 * Chooses colours for a layer. Signed data gets `coolwarm` unless a colormap is named, everything
 * else `viridis`; a diverging colormap has zero in its middle whatever the values are.
 *
 * @param range what one scale is to span, for the modes `network` and `photos` (and, to fix it by
 *   hand, `layer`); see {@link layerRange} and `combineRanges`
 * @throws StriateError when a mode over several layers comes without its range
 */
export function chooseScale(
  statistics: readonly MapStatistics[],
  mode: ScaleMode,
  range?: Range,
  colormapName?: string,
): MapScale {
  const own = statistics.map(rangeOf);
  const all = combineRanges(own);
  if (!range && (mode === "network" || mode === "photos"))
    throw new StriateError(
      `scale mode "${mode}" needs the range of all its layers: combine their ranges and hand it over as "range"`,
    );
  const spanned = mode === "map" ? all : (range ?? all);
  const colors = colormap(colormapName ?? (spanned && isSigned(spanned) ? "coolwarm" : "viridis"));
  const fitted = (wanted: Range) => (colors.diverging ? symmetricRange(wanted) : wanted);
  if (mode === "map")
    return {
      mode,
      colormap: colors,
      ranges: own.map((r) => r && fitted(r)),
      clipped: false,
    };
  const shared = spanned && fitted(spanned);
  const clipped = !!shared && !!all && (all.low < shared.low || all.high > shared.high);
  return {
    mode,
    colormap: colors,
    ranges: own.map((r) => r && shared),
    ...(shared ? { shared } : {}),
    clipped,
  };
}

/** The range of a whole layer, over the finite values of all its maps. */
export function layerRange(statistics: readonly MapStatistics[]): Range | undefined {
  return combineRanges(statistics.map(rangeOf));
}
