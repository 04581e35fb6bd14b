import { StriateError } from "../base/errors.ts";
import type { Color } from "./color.ts";
import { parseColor } from "./color.ts";

/**
 * Pixels: rows from the top, each from the left, `channels` bytes a pixel (1 grey, 3 RGB, 4 RGB and
 * opacity, not premultiplied). With a `palette`, the one channel is the number of a colour.
 */
export interface Raster {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  /** `width * height * channels` bytes. */
  readonly data: Uint8Array;
  /** Red, green and blue of each colour; up to 256 of them. */
  readonly palette?: Uint8Array;
}

/** A raster over the given bytes, checked. */
export function raster(
  width: number,
  height: number,
  channels: 1 | 3 | 4,
  data: Uint8Array,
  palette?: Uint8Array,
): Raster {
  if (data.length !== width * height * channels)
    throw new StriateError(
      `a raster of ${width}x${height} pixels with ${channels} channels holds ${width * height * channels} bytes, got ${data.length}`,
    );
  return palette ? { width, height, channels, data, palette } : { width, height, channels, data };
}

/** An RGB raster of one colour, in the given memory. */
export function filledRaster(
  width: number,
  height: number,
  color: Color,
  data: Uint8Array = new Uint8Array(width * height * 3),
): Raster {
  const [red, green, blue] = parseColor(color);
  if (red === green && green === blue) data.fill(red);
  else
    for (let i = 0; i < data.length; i += 3) {
      data[i] = red;
      data[i + 1] = green;
      data[i + 2] = blue;
    }
  return { width, height, channels: 3, data };
}

/** The same picture in red, green and blue; the same object when it is that already. Opacity is dropped. */
export function toRgb(source: Raster): Raster {
  if (source.channels === 3) return source;
  const { width, height, channels, data, palette } = source;
  const pixels = width * height;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const at = channels === 4 ? i * 4 : palette ? data[i]! * 3 : i;
    const from = channels === 4 ? data : (palette ?? data);
    const step = from === data && channels === 1 ? 0 : 1;
    out[i * 3] = from[at]!;
    out[i * 3 + 1] = from[at + step]!;
    out[i * 3 + 2] = from[at + 2 * step]!;
  }
  return { width, height, channels: 3, data: out };
}
