import { largest } from "../../base/extremes.ts";
import { layoutGrid } from "../../plot/grid.ts";
import { type Block, page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import type { Raster } from "../../plot/raster.ts";
import { shortenText } from "../../plot/text.ts";
import { type ThemeName, themes } from "../../plot/theme.ts";
import type { PictureShape, Planes } from "./picture-input.ts";

/** One picture of a sheet, with what is said of it. */
export interface ShownPicture {
  readonly title: string;
  readonly note: string;
  readonly raster: Raster;
}

const titleStyle = { size: 13, weight: "bold" } as const;
const noteStyle = { size: 12 } as const;

/** Pictures side by side, each pixel a square of whole pixels. */
export function drawPictures(
  pictures: readonly ShownPicture[],
  words: { title: string; subtitle?: string; caption: string },
  { theme: name, side }: { theme: ThemeName; side: number },
): Picture {
  const theme = themes[name];
  const blocks = pictures.map(({ title, note, raster }): Block => {
    const zoom = Math.max(1, Math.round(side / Math.max(raster.width, raster.height)));
    // A line of numbers would be too thin to see.
    const height = raster.height === 1 ? Math.max(zoom, 48) : raster.height * zoom;
    const width = raster.width * zoom;
    const line = (y: number, text: string, style: typeof titleStyle | typeof noteStyle): Mark => ({
      kind: "text",
      x: 0,
      y,
      text: shortenText(text, Math.max(width, 120), style),
      fill: style === titleStyle ? theme.ink : theme.muted,
      ...style,
    });
    return {
      width: Math.max(width, 120),
      height: height + 44,
      marks: [
        line(13, title, titleStyle),
        { kind: "image", x: 0, y: 22, width, height, raster },
        line(height + 38, note, noteStyle),
      ],
    };
  });
  const grid = layoutGrid({
    count: blocks.length,
    cellWidth: largest(blocks.map(({ width }) => width)),
    cellHeight: largest(blocks.map(({ height }) => height)),
    gapX: 20,
    gapY: 16,
    columns: "auto",
  });
  const marks = blocks.map((block, i): Mark => ({
    kind: "group",
    ...grid.at(i),
    marks: block.marks,
  }));
  return page({ ...words, theme, body: { width: grid.width, height: grid.height, marks } });
}

/** Planes in the network's numbers as bytes: what lies outside black and white is cut off. */
export function rasterOfPlanes(
  planes: Planes,
  { channels, height, width, range }: PictureShape,
): Raster {
  const size = height * width;
  const byte = (c: number, i: number) => {
    const [low, high] = [range.low[c]!, range.high[c]!];
    const share = (planes[c * size + i]! - low) / (high - low);
    return Math.round(255 * Math.min(1, Math.max(0, share)));
  };
  if (channels === 3) {
    const order = range.bgr ? [2, 1, 0] : [0, 1, 2];
    const data = Uint8Array.from({ length: 3 * size }, (_, at) =>
      byte(order[at % 3]!, Math.floor(at / 3)),
    );
    return { width, height, channels: 3, data };
  }
  // Channels that are no colours have no picture of their own: their mean is shown.
  const data = Uint8Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += byte(c, i);
    return Math.round(sum / channels);
  });
  return { width, height, channels: 1, data };
}

/** Which share of the numbers lies outside black and white. */
export function shareOutside(planes: Planes, { channels, range }: PictureShape): number {
  const size = planes.length / channels;
  const outside = planes.filter((value, i) => {
    const c = Math.floor(i / size);
    return value < range.low[c]! || value > range.high[c]!;
  });
  return outside.length / planes.length;
}
