import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { checked, field } from "../../base/fields.ts";
import type { MapStatistics } from "../map-statistics.ts";

/** Some of a layer's maps, in the order in which they are drawn. */
export interface ChosenMaps {
  readonly maps: readonly number[];
  /** Why these, as a sentence of the caption; empty where all are drawn. */
  readonly words: string;
}

export const allMaps = (channels: number): ChosenMaps => ({
  maps: Array.from({ length: channels }, (_, map) => map),
  words: "",
});

/** What maps can be ranked by: the word on the command line, and the number. */
const statistics = {
  mean: ({ mean }: MapStatistics) => mean,
  max: ({ max }: MapStatistics) => max,
  min: ({ min }: MapStatistics) => min,
  std: ({ std }: MapStatistics) => std,
  zeros: ({ zeros }: MapStatistics) => zeros,
};
type Statistic = keyof typeof statistics;

/** The questions of a view that draws some of a layer's maps. */
export const chooseFields = {
  maps: checked(
    field.string("all", { help: "which maps of each layer, by number: 0-63,80" }),
    parseMaps,
  ),
  top: field.nullable(
    field.int(undefined, { min: 1, help: "only so many maps of each layer, the largest first" }),
  ),
  by: field.choice(Object.keys(statistics) as Statistic[], "mean", {
    help: "with --top: what of a map has to be large",
  }),
};

interface Choice {
  readonly maps: string;
  readonly top: number | null;
  readonly by: Statistic;
}

/**
 * The maps of a layer that were asked for: those of the numbers, and of these the largest.
 *
 * @throws StriateError naming the layer where it has none of them
 */
export function chooseMaps(
  layer: { readonly address: string; readonly statistics: readonly MapStatistics[] },
  { maps, top, by }: Choice,
): ChosenMaps {
  const all = layer.statistics.length;
  const ranges = parseMaps(maps);
  const named = allMaps(all).maps.filter(
    (map) => !ranges || ranges.some(([first, last]) => map >= first && map <= last),
  );
  if (named.length === 0)
    throw new StriateError(
      `layer "${layer.address}": has ${counted(all, "map")}, numbered from 0 to ${all - 1}, and none of "${maps}"; --layers chooses other layers`,
    );
  if (top === null) {
    const words = named.length < all ? `Drawn: ${named.length} of them (${maps}).` : "";
    return { maps: named, words };
  }
  // What is no number is never the largest.
  const size = (map: number) => {
    const value = statistics[by](layer.statistics[map]!);
    return Number.isFinite(value) ? value : -Infinity;
  };
  const ranked = [...named].sort((a, b) => size(b) - size(a) || a - b).slice(0, top);
  const of = named.length < all ? ` of ${maps}` : "";
  return {
    maps: ranked,
    words: `Drawn: the ${ranked.length} with the largest ${by === "zeros" ? "share of zeros" : by}${of}, largest first.`,
  };
}

/** `0-63,80` as first and last numbers; undefined for `all`. @throws StriateError where it says nothing */
function parseMaps(text: string): [first: number, last: number][] | undefined {
  if (text === "all") return undefined;
  return text.split(",").map((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(first) > Number(last))
      throw new StriateError(`expected numbers of maps, as 0-63,80, or all, got "${text}"`);
    return [Number(first), Number(last)];
  });
}
