import { counted } from "../../base/counted.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { layoutGrid } from "../../plot/grid.ts";
import { page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { shortenText } from "../../plot/text.ts";
import { type Theme, type ThemeName, themes } from "../../plot/theme.ts";
import type { CensusLayer } from "./census-layers.ts";
import { type Crops, cropSize } from "./crops.ts";
import type { CensusNumbers } from "./statistics.ts";
import { type UnitWords, unitWords } from "./unit-words.ts";

const gap = 3;
const between = 14;
const small = { size: 12 } as const;
const strong = { size: 12, weight: "bold" } as const;

/** A layer's sheet: each unit with what it sees in the photos of its top, and beside them in some by chance. */
export function drawCensusSheet(
  numbers: CensusNumbers,
  layer: CensusLayer,
  crops: Crops,
  words: { readonly title: string; readonly caption: string; readonly theme: ThemeName },
): Picture {
  const theme = themes[words.theme];
  const units = Math.max(0, Math.min(layer.units, crops.units - layer.first));
  const each = crops.top + crops.sample;
  const cellWidth = Math.max(280, each * (cropSize + gap) + between);
  const grid = layoutGrid({
    count: units,
    cellWidth,
    cellHeight: each > 0 ? cropSize + 22 : 16,
    ...{ gapX: 36, gapY: 16, columns: "auto", autoWidth: 2 * cellWidth + 40 },
  });
  const marks = Array.from({ length: units }, (_, u): Mark => {
    const unit = layer.first + u;
    const about = unitWords(numbers, layer, unit);
    return {
      kind: "group",
      ...grid.at(u),
      title: `${layer.address}[${u}] ${about.text}`,
      marks: [...heading(u, about, cellWidth, theme), ...photosOf(crops, unit, theme)],
    };
  });
  return page({
    title: layer.address,
    subtitle: `${layer.className}, ${counted(layer.units, "unit")}, ${words.title}`,
    caption: words.caption,
    body: { width: grid.width, height: grid.height, marks },
    theme,
  });
}

function heading(u: number, { text, isOdd }: UnitWords, width: number, theme: Theme): Mark[] {
  const number = String(u);
  return [
    { kind: "text", x: 0, y: 12, text: number, fill: theme.ink, ...strong },
    {
      kind: "text",
      x: 30,
      y: 12,
      text: shortenText(text, width - 30, small),
      fill: isOdd ? theme.ink : theme.muted,
      ...small,
    },
  ];
}

function photosOf({ top, sample, rasters }: Crops, unit: number, theme: Theme): Mark[] {
  const each = top + sample;
  return Array.from({ length: each }, (_, i): Mark => {
    const x = i * (cropSize + gap) + (i < top ? 0 : between);
    const raster = rasters[unit * each + i];
    const box = { x, y: 20, width: cropSize, height: cropSize };
    if (raster === undefined) return { kind: "rect", ...box, fill: theme.faint, opacity: 0.3 };
    // A crop keeps its form: those at the border of a photo are no squares.
    const scale = cropSize / Math.max(raster.width, raster.height);
    const [width, height] = [raster.width * scale, raster.height * scale];
    return {
      kind: "image",
      x: x + (cropSize - width) / 2,
      y: 20 + (cropSize - height) / 2,
      ...{ width, height, raster },
    };
  });
}

export const numberOrDash = (value: number | null, digits = 3): string =>
  value === null ? "-" : formatNumber(value, digits);
