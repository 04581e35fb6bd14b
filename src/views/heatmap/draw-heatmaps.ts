import { largest } from "../../base/extremes.ts";
import { layoutGrid } from "../../plot/grid.ts";
import { type Block, page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { themes } from "../../plot/theme.ts";
import type { Heatmap } from "./heatmap.ts";
import { heatmapCell } from "./heatmap-cell.ts";
import { heatmapLegend } from "./heatmap-legend.ts";
import type { DrawHeatmapsOptions } from "./heatmap-options.ts";
import { heatmapScales } from "./heatmap-scales.ts";
import type { Backdrop } from "./overlay.ts";

/** Words of a sheet of heatmaps. */
export interface HeatmapSheet {
  readonly title: string;
  readonly subtitle?: string;
  /** Method, target, layer and preparation, in sentences. */
  readonly caption: string;
  /** What a value is: `score lost when covered`. */
  readonly values?: string;
  /** What the colours share, where the scale mode does not say it. */
  readonly unit?: string;
  /** Stands under the heatmaps. */
  readonly below?: Block;
}

/**
 * Draws heatmaps as cells of one sheet, each over its photo.
 *
 * What colours mean is part of the picture: the legend where they share one scale, else the range under
 * each cell. A map that is dead, constant or not finite is marked by pattern and word.
 *
 * @param backdrops one for each photo, by `heatmap.photo`; undefined where there is no photo to lie on
 */
export function drawHeatmaps(
  heatmaps: readonly Heatmap[],
  backdrops: readonly (Backdrop | undefined)[],
  words: HeatmapSheet,
  options: DrawHeatmapsOptions = {},
): Picture {
  const theme = themes[options.theme ?? "light"];
  const scales = heatmapScales(heatmaps, options);
  const { size = heatmaps.length === 1 ? 480 : 320 } = options;
  const blocks = heatmaps.map((heatmap, i) =>
    heatmapCell(heatmap, backdrops[heatmap.photo ?? 0], scales[i]!, { ...options, size, theme }),
  );
  const body = stacked(sheet(blocks, options.columns ?? "auto"), words.below);
  const clip = options.clip ?? 0;
  const caption =
    clip > 0 ? `${words.caption} The strongest ${clip} % have the end colours.` : words.caption;
  // Without a photo nothing shows through.
  const shown = backdrops.some(Boolean) ? options : { ...options, style: "map" as const };
  const keys = heatmapLegend(heatmaps, scales, shown, theme, words);
  return page({ ...words, caption, body, theme, legend: keys });
}

/** Cells in rows, all as wide as the widest. */
function sheet(blocks: readonly Block[], columns: number | "auto"): Block {
  const grid = layoutGrid({
    count: blocks.length,
    cellWidth: largest(blocks.map((block) => block.width)),
    cellHeight: largest(blocks.map((block) => block.height)),
    gapX: 24,
    gapY: 20,
    columns,
  });
  const marks = blocks.map((block, i): Mark => ({
    kind: "group",
    ...grid.at(i),
    marks: block.marks,
  }));
  return { width: grid.width, height: grid.height, marks };
}

function stacked(above: Block, below: Block | undefined): Block {
  if (below === undefined) return above;
  const y = above.height + 32;
  return {
    width: Math.max(above.width, below.width),
    height: y + below.height,
    marks: [...above.marks, { kind: "group", x: 0, y, marks: below.marks }],
  };
}
