import type { ExampleShape } from "../examples/example.ts";

/** What stands beyond the edges of a picture. */
export const fillModes = ["reflect", "wrap", "constant", "nearest"] as const;
/**
 * - `"reflect"`: d c b a | a b c d | d c b a
 * - `"wrap"`: a b c d | a b c d | a b c d
 * - `"constant"`: k k k k | a b c d | k k k k, with k the fill value
 * - `"nearest"`: a a a a | a b c d | d d d d
 */
export type FillMode = (typeof fillModes)[number];

export interface AffineOptions {
  readonly fillMode?: FillMode;
  readonly interpolation?: "bilinear" | "nearest";
  readonly fillValue?: number;
}

/** Output pixel (x, y) looks at `(a x + b y + c, d x + e y + f)` of the input. */
export type AffineMatrix = readonly [
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
];

/**
 * Moves the pixels of a picture by an affine map.
 *
 * Source: TensorFlow's ImageProjectiveTransformV3, which Keras' geometric augmentation calls.
 *
 * @returns a new picture of the same shape
 */
export function transformAffine(
  image: ArrayLike<number>,
  [height, width, channels]: ExampleShape,
  [a, b, c, d, e, f]: AffineMatrix,
  { fillMode = "reflect", interpolation = "bilinear", fillValue = 0 }: AffineOptions = {},
): Float32Array {
  const out = new Float32Array(height * width * channels);
  const inside = coordinateRules[fillMode];
  const read = (y: number, x: number, channel: number) =>
    y >= 0 && y < height && x >= 0 && x < width
      ? image[(y * width + x) * channels + channel]!
      : fillValue;
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const fromX = inside(a * x + b * y + c, width);
      const fromY = inside(d * x + e * y + f, height);
      if (interpolation === "nearest") {
        const [nearY, nearX] = [roundHalfAway(fromY), roundHalfAway(fromX)];
        for (let channel = 0; channel < channels; channel++)
          out[to++] = read(nearY, nearX, channel);
        continue;
      }
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [across, down] = [fromX - left, fromY - top];
      for (let channel = 0; channel < channels; channel++) {
        const upper =
          (1 - across) * read(top, left, channel) + across * read(top, left + 1, channel);
        const lower =
          (1 - across) * read(top + 1, left, channel) + across * read(top + 1, left + 1, channel);
        out[to++] = (1 - down) * upper + down * lower;
      }
    }
  return out;
}

/** As C's `round`. */
function roundHalfAway(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}

/** Brings a coordinate into a line of `length` pixels, by fill mode. */
const coordinateRules: Readonly<Record<FillMode, (at: number, length: number) => number>> = {
  constant: (at) => at,
  nearest: clamp,
  reflect(at, length) {
    if (length === 1) return 0;
    const period = 2 * length;
    let inside = at;
    if (at < 0) {
      inside += period * Math.trunc(-at / period);
      inside = inside < -length ? inside + period : -inside - 1;
    } else if (at > length - 1) {
      inside -= period * Math.trunc(at / period);
      if (inside >= length) inside = period - inside - 1;
    }
    return clamp(inside, length);
  },
  wrap(at, length) {
    if (length === 1) return 0;
    const last = length - 1;
    let inside = at;
    if (at < 0) inside += length * (Math.trunc(-at / last) + 1);
    else if (at > last) inside -= length * Math.trunc(at / last);
    return clamp(inside, length);
  },
};

function clamp(at: number, length: number): number {
  return Math.min(Math.max(at, 0), length - 1);
}
