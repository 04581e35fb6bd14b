import { layoutGrid } from "../../plot/grid.ts";
import type { Block } from "../../plot/page.ts";
import type { Mark } from "../../plot/picture.ts";
import type { Theme } from "../../plot/theme.ts";
import { type Heatmap, heatmapStatistics } from "./heatmap.ts";
import { plainMarks } from "./heatmap-panels.ts";
import type { HeatmapScale } from "./heatmap-scales.ts";

const labelHeight = 14;

/**
 * A map without a photo under it, whole pixels a value and near the size of a photo; of a volume its slices in
 * rows, numbered from z0 on.
 */
export function bareMap(heatmap: Heatmap, scale: HeatmapScale, size: number, theme: Theme): Block {
  const { width, slices = 1 } = heatmap;
  const rows = heatmap.height / slices;
  const columns = Math.min(slices, Math.ceil(Math.sqrt((slices * rows) / width)));
  const longest = Math.max(columns * width, Math.ceil(slices / columns) * rows);
  const zoom = Math.max(1, Math.floor(size / longest));
  const cellHeight = heatmap.height === 1 ? Math.max(zoom, 48) : rows * zoom;
  const cellWidth = width * zoom;
  if (slices === 1) {
    const marks = plainMarks(heatmap, scale, cellWidth, cellHeight, theme);
    return { width: cellWidth, height: cellHeight, marks };
  }
  const statistics = heatmapStatistics(heatmap);
  const top = labelHeight;
  const cells = { cellWidth, cellHeight, gapX: 6, gapY: 6 + top };
  const grid = layoutGrid({ count: slices, columns, ...cells });
  // bounded: the places of the map
  const marks = Array.from({ length: slices }, (_, slice): Mark => {
    const values = heatmap.values.subarray(slice * rows * width, (slice + 1) * rows * width);
    const own = { ...heatmap, values, height: rows };
    const label = { text: `z${slice}`, fill: theme.muted, size: 11 } as const;
    return {
      kind: "group",
      ...grid.at(slice),
      marks: [
        { kind: "text", x: 0, y: 10, ...label },
        {
          kind: "group",
          x: 0,
          y: top,
          marks: plainMarks(own, scale, cellWidth, cellHeight, theme, statistics),
        },
      ],
    };
  });
  return { width: grid.width, height: grid.height + top, marks };
}
