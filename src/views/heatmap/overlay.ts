import { type Affine, moved } from "../../base/affine.ts";
import type { Colormap } from "../../plot/colormap.ts";
import { parseColor } from "../../plot/color.ts";
import type { Range } from "../../plot/range.ts";
import type { Raster } from "../../plot/raster.ts";
import type { Theme } from "../../plot/theme.ts";
import type { Heatmap } from "./heatmap.ts";

/** A photo and where the network's input lies on it. */
export interface Backdrop {
  /** Red, green, blue, bytes. */
  readonly photo: Raster;
  /** From the photo's pixels to the pixels of the network's input. */
  readonly toInput: Affine;
  /** Of the network's input, in pixels. */
  readonly inputSize: { readonly height: number; readonly width: number };
}

export interface OverlayOptions {
  readonly colormap: Colormap;
  /** The values of the first and the last colour. */
  readonly range: Range;
  /** 0 (the photo alone, to the byte) to 1. */
  readonly opacity: number;
  /**
   * `strength` lets the photo through where the value is small, so that colour means evidence; `even`
   * lays the colours over the whole photo alike.
   */
  readonly blend: "strength" | "even";
  /** Whether values run together between their centres; false keeps each one a block. */
  readonly smooth: boolean;
  /** For the colour of values that are no numbers. */
  readonly theme: Theme;
}

/**
 * Lays a heatmap over a photo, at the photo's own pixels: each pixel of the photo looks up the value
 * above its centre. Pixels that the network never saw (outside a crop) stay as they are.
 */
export function overlay(heatmap: Heatmap, backdrop: Backdrop, options: OverlayOptions): Raster {
  const { photo, toInput, inputSize } = backdrop;
  const { opacity, colormap, range, blend, theme } = options;
  const data = photo.data.slice();
  if (opacity <= 0) return { ...photo, data };
  const sample = sampler(heatmap, options.smooth);
  const reach = Math.max(Math.abs(range.low), Math.abs(range.high));
  const span = range.high - range.low;
  const alarm = parseColor(theme.notFinite);
  const [scaleX, scaleY] = [heatmap.width / inputSize.width, heatmap.height / inputSize.height];
  for (let y = 0, at = 0; y < photo.height; y++)
    for (let x = 0; x < photo.width; x++, at += 3) {
      const [inputX, inputY] = moved(toInput, x + 0.5, y + 0.5);
      if (!(inputX >= 0 && inputY >= 0 && inputX <= inputSize.width && inputY <= inputSize.height))
        continue;
      const value = sample(inputX * scaleX, inputY * scaleY);
      const finite = Number.isFinite(value);
      const share = finite && span > 0 ? (value - range.low) / span : 0.5;
      const entry = Math.max(0, Math.min(255, Math.floor(share * 256))) * 3;
      const strength =
        blend === "even" || !finite ? 1 : reach > 0 ? Math.min(1, Math.abs(value) / reach) : 0;
      const alpha = opacity * strength;
      for (let c = 0; c < 3; c++) {
        const color = finite ? colormap.table[entry + c]! : alarm[c]!;
        data[at + c] = data[at + c]! + (color - data[at + c]!) * alpha + 0.5;
      }
    }
  return { ...photo, data };
}

/** Reads a heatmap between its values: `(x, y)` in its own pixels, edges clamped. */
function sampler(heatmap: Heatmap, smooth: boolean): (x: number, y: number) => number {
  const { values, width, height } = heatmap;
  const clamp = (at: number, length: number) => Math.max(0, Math.min(length - 1, at));
  if (!smooth)
    return (x, y) => values[clamp(Math.floor(y), height) * width + clamp(Math.floor(x), width)]!;
  return (x, y) => {
    const [fromX, fromY] = [clamp(x - 0.5, width), clamp(y - 0.5, height)];
    const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
    const right = Math.min(left + 1, width - 1);
    const bottom = Math.min(top + 1, height - 1);
    const [across, down] = [fromX - left, fromY - top];
    const above = mix(values[top * width + left]!, values[top * width + right]!, across);
    const below = mix(values[bottom * width + left]!, values[bottom * width + right]!, across);
    return mix(above, below, down);
  };
}

/** A neighbour that counts for nothing must not make NaN of a value: `0 * Infinity`. */
const mix = (a: number, b: number, share: number): number =>
  share === 0 ? a : a + (b - a) * share;
