import type { Color } from "./color.ts";
import type { Colormap } from "./colormap.ts";
import type { Block } from "./page.ts";
import type { Mark } from "./picture.ts";
import type { Raster } from "./raster.ts";
import { textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** How legends are set. */
const style = { size: 13 } as const;
const height = 14;
const baseline = 11.5;
const space = 9;

export interface ColorBarOptions {
  readonly colormap: Colormap;
  /** What stands at the ends: the values that have the first and the last colour. */
  readonly low: string;
  readonly high: string;
  readonly theme: Theme;
  /** Pixels of the bar itself; 192 by default. */
  readonly length?: number;
}

/**
 * A legend: the colours of a map from the lowest to the highest value, which stand beside it. A
 * diverging one has a tick in the middle, at zero.
 */
export function colorBar(options: ColorBarOptions): Block {
  const { colormap, low, high, theme, length = 192 } = options;
  const start = Math.ceil(textWidth(low, style)) + space;
  const marks: Mark[] = [
    label(0, low, theme.muted),
    { kind: "rect", x: start - 1, y: -1, width: length + 2, height: height + 2, fill: theme.line },
    { kind: "image", x: start, y: 0, width: length, height, raster: colorRamp(colormap) },
    label(start + length + space, high, theme.muted),
  ];
  if (colormap.diverging) {
    const middle = start + length / 2;
    const zero = { x: middle, text: "0", size: 11, fill: theme.muted, anchor: "middle" } as const;
    marks.push({ kind: "rect", x: middle, y: height, width: 1, height: 4, fill: theme.muted });
    marks.push({ kind: "text", y: height + 14, ...zero });
  }
  return {
    width: start + length + space + Math.ceil(textWidth(high, style)),
    height: colormap.diverging ? height + 14 : height,
    marks,
  };
}

/** All 256 colours of a map in one row of pixels. */
export function colorRamp({ table }: Colormap): Raster {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  return { width: 256, height: 1, channels: 1, data, palette: table };
}

/** A little square of one colour and what it stands for. */
export function colorKey(color: Color, text: string, theme: Theme): Block {
  return {
    width: height + space + Math.ceil(textWidth(text, style)),
    height,
    marks: [
      { kind: "rect", x: 0, y: 0, width: height, height, fill: color },
      label(height + space, text, theme.muted),
    ],
  };
}

/** Words beside a legend, on its line. */
export function legendText(text: string, theme: Theme): Block {
  return {
    width: Math.ceil(textWidth(text, style)),
    height,
    marks: [label(0, text, theme.muted)],
  };
}

function label(x: number, text: string, fill: Color): Mark {
  return { kind: "text", x, y: baseline, text, fill, ...style };
}
