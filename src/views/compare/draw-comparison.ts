import { largest } from "../../base/extremes.ts";
import type { Values } from "../../base/fields.ts";
import { formatColor, readableOn } from "../../plot/color.ts";
import { colormap } from "../../plot/colormap.ts";
import { formatNumber } from "../../plot/format-number.ts";
import type { Block } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { shortenText, textWidth } from "../../plot/text.ts";
import { type Theme, themes } from "../../plot/theme.ts";
import { backdropOf, type heatmapShows } from "../explain/heatmap-view.ts";
import { drawHeatmaps } from "../heatmap/draw-heatmaps.ts";
import { type Heatmap, heatmapRange } from "../heatmap/heatmap.ts";
import type { PhotoSubject } from "../subject.ts";
import { type ComparedMap, type Comparison, varying, varyingParts } from "./comparison.ts";

type Shows = Omit<Values<typeof heatmapShows>, "scale_mode"> & {
  readonly scale_mode: "auto" | "shares" | "values";
  readonly size: number;
};

/** Maps whose pairs are still to be read. */
const mostNumbers = 24;

/** All heatmaps on one scale, and under them how alike each two are. */
export function drawComparison(
  comparison: Comparison,
  photos: readonly PhotoSubject[],
  words: { readonly title: string; readonly caption: string },
  { scale_mode: scale, contour, colormap: colors, clip, ...shows }: Shows,
): Picture {
  const { maps } = comparison;
  const theme = themes[shows.theme];
  const shares = scale === "shares" || (scale === "auto" && !isOneUnit(maps));
  const heatmaps = maps.map((map, i): Heatmap => {
    const [first, ...rest] = varyingParts(maps, map);
    const { height, width, slices } = map;
    return {
      values: shares ? sharesOf(map, clip) : map.values,
      height,
      width,
      ...(slices !== undefined && { slices }),
      title: `${i + 1}  ${first}`,
      detail: rest.join(", "),
      photo: map.photo,
      ...(map.layer !== undefined && { layer: map.layer }),
      ...(map.check && { note: map.check.words }),
    };
  });
  const row = maps.filter(({ photo }) => photo === maps[0]!.photo).length;
  const columns = [6, 5, 4, 3, 2].find((count) => row % count === 0);
  return drawHeatmaps(
    heatmaps,
    photos.map(backdropOf),
    {
      ...words,
      unit: shares ? "shares of each map's largest value" : "one scale for all maps",
      ...(maps.length > 1 && maps.length <= mostNumbers && { below: matrix(comparison, theme) }),
    },
    {
      ...shows,
      scaleMode: "photos",
      clip: shares ? 0 : (clip ?? 0),
      ...(photos.length > 1 && columns !== undefined && { columns }),
      ...(contour !== null && { contour }),
      ...(colors !== null && { colormap: colors }),
    },
  );
}

/** Methods, layers and networks have numbers of their own size; photos and targets of one method do not. */
function isOneUnit(maps: readonly ComparedMap[]): boolean {
  const kinds = maps.map(({ method, layer, network }) => `${method} ${layer} ${network}`);
  return new Set(kinds).size === 1;
}

/** Of a map of pixels, where a few dwarf all others, the strongest hundredth have the end colours. */
function sharesOf(map: ComparedMap, clip: number | null): Float32Array {
  const range = heatmapRange({ ...map, title: "" }, clip ?? (map.layer === undefined ? 1 : 0));
  const reach = range ? Math.max(-range.low, range.high) : 0;
  if (!(reach > 0)) return map.values;
  return map.values.map((value) => Math.max(-1, Math.min(1, value / reach)));
}

const small = { size: 12 } as const;
const cell = 44;

/** Rank correlations as a triangle of numbers on colours: red is the same order, blue the opposite one. */
function matrix({ maps, pairs }: Comparison, theme: Theme): Block {
  const { table } = colormap("coolwarm");
  const names = maps.map((map, i) => shortenText(`${i + 1}  ${varying(maps, map)}`, 320, small));
  const left = largest(names.map((name) => textWidth(name, small))) + 14;
  const top = 44;
  const marks: Mark[] = [
    {
      kind: "text",
      x: 0,
      y: 13,
      text: "How far the maps agree: rank correlation of their places",
      fill: theme.ink,
      size: 14,
      weight: "bold",
    },
    ...maps.slice(0, -1).map((_, i): Mark => ({
      kind: "text",
      x: left + i * cell + cell / 2,
      y: top - 8,
      text: String(i + 1),
      fill: theme.muted,
      anchor: "middle",
      ...small,
    })),
    ...names.slice(1).map((text, i): Mark => ({
      kind: "text",
      x: 0,
      y: top + i * 26 + 17,
      text,
      fill: theme.ink,
      ...small,
    })),
  ];
  for (const { a, b, rankCorrelation } of pairs) {
    const [x, y] = [left + a * cell, top + (b - 1) * 26];
    const entry = Math.min(255, Math.floor(((rankCorrelation ?? 0) + 1) * 128)) * 3;
    const color = [table[entry]!, table[entry + 1]!, table[entry + 2]!] as const;
    const known = rankCorrelation !== null;
    if (known)
      marks.push({
        kind: "rect",
        x: x + 1,
        y: y + 1,
        width: cell - 2,
        height: 24,
        fill: formatColor(color),
      });
    marks.push({
      kind: "text",
      x: x + cell / 2,
      y: y + 17,
      text: known ? formatNumber(Number(rankCorrelation.toFixed(2)), 2) : "-",
      fill: known ? readableOn(color) : theme.muted,
      anchor: "middle",
      ...small,
    });
  }
  return {
    width: Math.max(left + (maps.length - 1) * cell, 400),
    height: top + (maps.length - 1) * 26,
    marks,
  };
}
