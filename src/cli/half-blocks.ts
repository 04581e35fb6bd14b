import type { Rgb } from "../plot/color.ts";
import type { Raster } from "../plot/raster.ts";
import { resizeSmooth } from "../plot/resize.ts";

export interface HalfBlockOptions {
  /** Most characters a line, and most lines. */
  readonly columns: number;
  readonly rows: number;
  /** 24-bit colours; else the nearest of xterm's 256. */
  readonly trueColor: boolean;
}

const reset = "\u001b[0m";

/**
 * Pixels as text: each character is two of them, one above the other, the upper as the colour of the
 * letter "▀", the lower as its background. Where a raster with opacity is more than half clear, the
 * terminal's own background is seen. A larger raster is shrunk to fit.
 */
export function halfBlocks(raster: Raster, options: HalfBlockOptions): string {
  const shrink = Math.max(1, raster.width / options.columns, raster.height / (options.rows * 2));
  const width = Math.max(1, Math.floor(raster.width / shrink));
  const height = Math.max(1, Math.floor(raster.height / shrink));
  const small = resizeSmooth(raster, width, height);
  const pixel = (x: number, y: number): Rgb | undefined => {
    if (y >= height) return undefined;
    const at = (y * width + x) * small.channels;
    if (small.channels === 4 && small.data[at + 3]! < 128) return undefined;
    const step = small.channels === 1 ? 0 : 1;
    return [small.data[at]!, small.data[at + step]!, small.data[at + 2 * step]!];
  };
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    let style = "";
    for (let x = 0; x < width; x++) {
      const upper = pixel(x, y);
      const lower = pixel(x, y + 1);
      const letter = upper ? "▀" : lower ? "▄" : " ";
      const ink = upper ?? lower;
      const back = upper && lower;
      const wanted =
        (ink ? sgr(38, ink, options.trueColor) : "") +
        (back ? sgr(48, back, options.trueColor) : "");
      if (wanted !== style) line += (style === "" ? "" : reset) + wanted;
      style = wanted;
      line += letter;
    }
    lines.push(style === "" ? line.trimEnd() : line + reset);
  }
  return lines.join("\n");
}

/** "Select graphic rendition" (ECMA-48): 38 colours the letter, 48 its background. */
function sgr(which: 38 | 48, color: Rgb, trueColor: boolean): string {
  return trueColor
    ? `\u001b[${which};2;${color.join(";")}m`
    : `\u001b[${which};5;${nearestOf256(color)}m`;
}

/** Xterm's palette: 16 + a cube of 6 x 6 x 6, then 24 greys from 8 on in steps of 10. */
function nearestOf256(color: Rgb): number {
  const levels = [0, 95, 135, 175, 215, 255];
  const near = color.map((byte) => (byte < 48 ? 0 : byte < 115 ? 1 : Math.floor((byte - 35) / 40)));
  const [red, green, blue] = near as [number, number, number];
  const cube = near.reduce((sum, level, i) => sum + (levels[level]! - color[i]!) ** 2, 0);
  const mean = (color[0] + color[1] + color[2]) / 3;
  const grey = Math.max(0, Math.min(23, Math.round((mean - 8) / 10)));
  const away = color.reduce((sum, byte) => sum + (8 + 10 * grey - byte) ** 2, 0);
  return away < cube ? 232 + grey : 16 + 36 * red + 6 * green + blue;
}
