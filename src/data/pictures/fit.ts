import { StriateError } from "../../base/errors.ts";
import type { Raster } from "./resize.ts";

/** The ways in which a photo of another shape comes into an input. */
export const fits = ["stretch", "crop", "pad"] as const;
/**
 * - `"stretch"`: the whole photo, its sides stretched apart, as Keras does by default.
 * - `"crop"`: the largest part from its middle that has the input's shape (`crop_to_aspect_ratio` of Keras).
 * - `"pad"`: the whole photo with black beside it (`pad_to_aspect_ratio`).
 *
 * @see https://keras.io/api/data_loading/image/
 */
export type Fit = (typeof fits)[number];

/** Checks a way that came from a user or a file. */
export function parseFit(text: string): Fit {
  const fit = fits.find((name) => name === text);
  if (!fit) throw new StriateError(`fit "${text}" is not known: use ${fits.join(", ")}`);
  return fit;
}

/** Which pixels of a photo an input shows; what lies outside of it is black. */
export interface PhotoWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The window of a photo that an input of `size` = [height, width] shows. Its edges lie on whole pixels, rounded
 * as Keras does.
 *
 * Source: `keras.ops.image.resize` of Keras 3
 */
export function fittedWindow(
  { width, height }: { readonly width: number; readonly height: number },
  size: readonly [number, number],
  fit: Fit,
): PhotoWindow {
  if (fit === "stretch") return { left: 0, top: 0, width, height };
  const across = along(width, Math.floor((height * size[1]) / size[0]), fit);
  const down = along(height, Math.floor((width * size[0]) / size[1]), fit);
  return { left: across.start, width: across.length, top: down.start, height: down.length };
}

/** The window along one axis, where so many pixels would give the input's shape. */
function along(pixels: number, fitting: number, fit: "crop" | "pad") {
  if (fit === "crop") {
    const length = Math.max(1, Math.min(pixels, fitting));
    return { start: Math.floor((pixels - length) / 2), length };
  }
  // Keras pads both sides alike.
  const margin = Math.max(0, Math.floor((fitting - pixels) / 2));
  return { start: margin === 0 ? 0 : -margin, length: pixels + 2 * margin };
}

/** The pixels of a window, black where there is no photo; the photo's own where the window is all of it. */
export function cutWindow(photo: Raster, { left, top, width, height }: PhotoWindow): Raster {
  if (left === 0 && top === 0 && width === photo.width && height === photo.height) return photo;
  const { channels } = photo;
  const data = new Float32Array(width * height * channels);
  const [from, to] = [Math.max(0, left), Math.min(photo.width, left + width)];
  for (let y = Math.max(0, top); y < Math.min(photo.height, top + height); y++) {
    const start = (y * photo.width + from) * channels;
    const into = ((y - top) * width + from - left) * channels;
    for (let i = 0; i < (to - from) * channels; i++) data[into + i] = photo.data[start + i]!;
  }
  return { data, width, height, channels };
}
