import { composeAffine, scaleAffine } from "../../base/affine.ts";
import type { Block } from "../../plot/page.ts";
import type { Mark } from "../../plot/picture.ts";
import { resizeSmooth } from "../../plot/resize.ts";
import { shortenText, wrapText } from "../../plot/text.ts";
import type { Theme } from "../../plot/theme.ts";
import { stateWord } from "../map-cell.ts";
import { type Heatmap, heatmapStatistics } from "./heatmap.ts";
import type { DrawHeatmapsOptions } from "./heatmap-options.ts";
import { bareMap } from "./bare-map.ts";
import { overlayMarks, plainMarks } from "./heatmap-panels.ts";
import { type HeatmapScale, rangeOfCell } from "./heatmap-scales.ts";
import type { Backdrop } from "./overlay.ts";

const headingHeight = 38;
const headingStyle = { size: 13, weight: "bold" } as const;
const detailStyle = { size: 12 } as const;
const noteStyle = { size: 11 } as const;
const noteLine = 15;
const narrowest = 200;

type CellOptions = Omit<DrawHeatmapsOptions, "theme"> & {
  readonly size: number;
  readonly theme: Theme;
};

/** One heatmap with its heading, its photo and what is said under it. */
export function heatmapCell(
  heatmap: Heatmap,
  backdrop: Backdrop | undefined,
  scale: HeatmapScale,
  options: CellOptions,
): Block {
  const { theme, style = backdrop ? "overlay" : "map", size } = options;
  const statistics = heatmapStatistics(heatmap);
  const place = backdrop && shrunk(backdrop, size);
  const bare = place ? undefined : bareMap(heatmap, scale, size, theme);
  const { width, height } = place ? enlarged(place.photo, size) : bare!;
  const panels: Mark[][] = [];
  if (place && style === "side-by-side")
    panels.push([{ kind: "image", x: 0, y: 0, width, height, raster: place.photo }]);
  if (place && style !== "map")
    panels.push(overlayMarks(heatmap, place, scale, width / place.photo.width, options));
  if (bare) panels.push([...bare.marks]);
  else if (style !== "overlay") panels.push(plainMarks(heatmap, scale, width, height, theme));
  // Words need room beside a narrow map too.
  const across = Math.max(panels.length * (width + 8) - 8, Math.min(size, narrowest));

  const marks: Mark[] = panels.map((panel, i) => ({
    kind: "group",
    x: i * (width + 8),
    y: headingHeight,
    marks: panel,
  }));
  const line = (
    y: number,
    text: string,
    at: typeof headingStyle | typeof detailStyle | typeof noteStyle,
    fill: Theme["ink"],
  ) => marks.push({ kind: "text", x: 0, y, text: shortenText(text, across, at), fill, ...at });
  line(13, heatmap.title, headingStyle, theme.ink);
  line(30, heatmap.detail ?? "", detailStyle, theme.muted);
  let y = headingHeight + height + 16;
  const word = stateWord(statistics);
  if (word !== "") line(y, word, noteStyle, theme.warning);
  else line(y, rangeOfCell(scale), noteStyle, theme.muted);
  for (const text of wrapText(heatmap.note ?? "", across, noteStyle)) {
    y += noteLine;
    line(y, text, noteStyle, theme.muted);
  }
  return { width: across, height: y + 4, marks };
}

/** The photo as it stands on a sheet: no side longer than `most` pixels. */
function shrunk(backdrop: Backdrop, most: number): Backdrop {
  const { photo, toInput } = backdrop;
  const factor = Math.min(1, most / Math.max(photo.width, photo.height));
  const small = {
    width: Math.max(1, Math.round(photo.width * factor)),
    height: Math.max(1, Math.round(photo.height * factor)),
  };
  if (small.width === photo.width && small.height === photo.height) return backdrop;
  return {
    ...backdrop,
    photo: resizeSmooth(photo, small.width, small.height),
    toInput: composeAffine(scaleAffine(small, photo), toInput),
  };
}

/** A small photo is shown with a square of pixels for each of its own. */
function enlarged({ width, height }: Backdrop["photo"], most: number) {
  const zoom = Math.max(1, Math.floor(most / Math.max(width, height)));
  return { width: width * zoom, height: height * zoom };
}
