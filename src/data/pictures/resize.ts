import { StriateError } from "../../base/errors.ts";
import type { Image } from "./image.ts";

/** The ways to resize; each says whose numbers it gives. */
export const resizeMethods = ["bilinear", "nearest"] as const;
/**
 * - `"bilinear"`: `tf.image.resize`, as `image_dataset_from_directory` uses it in training.
 * - `"nearest"`: Pillow's, as `keras.utils.load_img(target_size=...)` uses it.
 */
export type ResizeMethod = (typeof resizeMethods)[number];

/** Checks a method that came from a user. */
export function parseResizeMethod(text: string): ResizeMethod {
  const method = resizeMethods.find((name) => name === text);
  if (!method)
    throw new StriateError(`resize "${text}" is not known: use ${resizeMethods.join(" or ")}`);
  return method;
}

/** Resizes to `size` = [height, width]; an image that has the size already comes back as it is. */
export function resizeImage(
  image: Image,
  size: readonly [number, number],
  method: ResizeMethod,
): Image {
  const [height, width] = size;
  if (![height, width].every((length) => Number.isInteger(length) && length > 0))
    throw new StriateError(`cannot resize to ${height} x ${width}: both must be whole and above 0`);
  if (image.width === width && image.height === height) return image;
  const { data } = image;
  const steps = [...image.origin.steps, `resized to ${height} x ${width} (${method})`];
  const from = { data, height: image.height, width: image.width, channels: 3 };
  const count = height * width * 3;
  const resized =
    method === "bilinear"
      ? resizeBilinear(from, size, new Float32Array(count))
      : data instanceof Uint8Array
        ? resizeNearest(from, size, new Uint8Array(count))
        : resizeNearest(from, size, new Float32Array(count));
  return { height, width, data: resized, origin: { ...image.origin, steps } };
}

/** Interleaved values, row by row: `data[(y * width + x) * channels + c]`. */
export interface Raster {
  readonly data: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Arrays that a resize may write to; a clamped byte array rounds halves to even. */
type Target = Float32Array | Uint8Array | Uint8ClampedArray;

/**
 * Nearest neighbour by Pillow's rule: output `i` takes source pixel `floor((i + 0.5) * in / out)`.
 *
 * Source: Pillow's `Image.resize(NEAREST)`. It steps through the source by repeated addition, and the
 * rounding error that gathers decides where `(i + 0.5) * in / out` is a whole number, so this adds too.
 */
export function resizeNearest<T extends Target>(
  from: Raster,
  [height, width]: readonly [number, number],
  into: T,
): T {
  const { data, channels } = from;
  const columns = nearestTaps(from.width, width);
  const rows = nearestTaps(from.height, height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = rows[y]! * from.width;
    for (let x = 0; x < width; x++) {
      const at = (row + columns[x]!) * channels;
      for (let c = 0; c < channels; c++) into[to++] = data[at + c]!;
    }
  }
  return into;
}

function nearestTaps(from: number, to: number): Uint32Array {
  const taps = new Uint32Array(to);
  const step = from / to;
  for (let i = 0, at = step * 0.5; i < to; i++, at += step) taps[i] = Math.min(at, from - 1);
  return taps;
}

/**
 * Bilinear with half-pixel centres, clamped at the edges, without antialias when it shrinks.
 *
 * Source: TensorFlow's `tf.image.resize(method="bilinear", antialias=False)`: output `i` looks at
 * `(i + 0.5) * in / out - 0.5`, in 32-bit floats. The result is rounded only by the type of `into`.
 */
export function resizeBilinear<T extends Target>(
  from: Raster,
  [height, width]: readonly [number, number],
  into: T,
): T {
  const { data, channels } = from;
  const columns = bilinearTaps(from.width, width, channels);
  const rows = bilinearTaps(from.height, height, from.width * channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const upper = rows.low[y]!;
    const lower = rows.high[y]!;
    const down = rows.weight[y]!;
    for (let x = 0; x < width; x++) {
      const left = columns.low[x]!;
      const right = columns.high[x]!;
      const across = columns.weight[x]!;
      for (let c = 0; c < channels; c++) {
        const topLeft = data[upper + left + c]!;
        const bottomLeft = data[lower + left + c]!;
        const top = topLeft + (data[upper + right + c]! - topLeft) * across;
        const bottom = bottomLeft + (data[lower + right + c]! - bottomLeft) * across;
        into[to++] = top + (bottom - top) * down;
      }
    }
  }
  return into;
}

/** For each output: the offsets of its two neighbours and the share of the second. */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Float32Array;
}

function bilinearTaps(from: number, to: number, stride: number): Taps {
  const taps = {
    low: new Int32Array(to),
    high: new Int32Array(to),
    weight: new Float32Array(to),
  };
  const scale = Math.fround(from / to);
  for (let i = 0; i < to; i++) {
    const at = Math.fround(Math.fround((i + 0.5) * scale) - 0.5);
    const floor = Math.floor(at);
    taps.low[i] = Math.max(floor, 0) * stride;
    taps.high[i] = Math.min(Math.ceil(at), from - 1) * stride;
    taps.weight[i] = at - floor;
  }
  return taps;
}
