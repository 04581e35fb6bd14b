import { type Affine, composeAffine, identityAffine } from "../../base/affine.ts";
import type { Random } from "../../base/random.ts";
import type { Planes } from "./picture-input.ts";

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * A way to show the network a picture a little otherwise at every step, so that what it likes does not
 * hang on single pixels. Values that compose: one after the other.
 *
 * Source: Olah, Mordvintsev, Schubert 2017, Feature Visualization, Distill, "Transformation robustness".
 */
export interface Transform {
  readonly words: string;
  /** What brings a point of what the network sees to the picture, both of one size. */
  draw(random: Random, size: Size): Affine;
  /** Whether what lies outside the picture is grey even where there is more to see. */
  readonly framed?: boolean;
}

/** Moves by whole pixels. @param share of the shorter side, at most */
export const jitter = (share: number): Transform => ({
  words: `moved by up to ${percent(share)}`,
  draw(random, { height, width }) {
    const most = Math.round(share * Math.min(height, width));
    const by = () => random.integer(2 * most + 1) - most;
    return [1, 0, by(), 0, 1, by()];
  },
});

/** Shows up to this share more than the picture, and so its edges as often as its middle. */
export const zoom = (share: number): Transform => ({
  words: `zoomed out by up to ${percent(share)}`,
  draw(random, size) {
    const factor = 1 + random.uniform(0, share);
    return about(size, [factor, 0, 0, 0, factor, 0]);
  },
});

/** Turns. @param degrees at most, either way */
export const rotate = (degrees: number): Transform => ({
  words: `turned by up to ${degrees} degrees`,
  draw(random, size) {
    const angle = (random.uniform(-degrees, degrees) * Math.PI) / 180;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return about(size, [c, -s, 0, s, c, 0]);
  },
});

/** Shows a grey frame around the picture. @param share of the shorter side that the frame is wide */
export const pad = (share: number): Transform => ({
  words: `in a grey frame of ${percent(share)}`,
  framed: true,
  draw: (_random, size) => about(size, [1 + 2 * share, 0, 0, 0, 1 + 2 * share, 0]),
});

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

/** The map that leaves the middle where it is. */
function about({ height, width }: Size, map: Affine): Affine {
  const [x, y] = [width / 2, height / 2];
  return composeAffine(composeAffine([1, 0, -x, 0, 1, -y], map), [1, 0, x, 0, 1, y]);
}

/** Several transforms, one after the other, as one map. */
export function drawAll(transforms: readonly Transform[], random: Random, size: Size): Affine {
  return transforms.reduce(
    (map, transform) => composeAffine(map, transform.draw(random, size)),
    identityAffine,
  );
}

/**
 * Reads a picture through an affine map, bilinear, and spreads a gradient back: the one is the other's
 * adjoint. Each place that is read has four neighbours with weights that sum to 1; what lies outside
 * is grey, and no gradient reaches it.
 */
export class Sampler {
  readonly #places: Int32Array;
  readonly #weights: Float64Array;
  readonly #from: Size;
  readonly #to: Size;

  /**
   * @param map brings a point of what is read to the picture
   * @param frame outside it is grey; the whole picture by default
   */
  constructor(
    from: Size,
    to: Size,
    map: Affine,
    frame = { left: 0, top: 0, right: from.width, bottom: from.height },
  ) {
    this.#from = from;
    this.#to = to;
    const count = 4 * to.height * to.width;
    this.#places = new Int32Array(count);
    this.#weights = new Float64Array(count);
    const [a, b, c, d, e, f] = map;
    let at = 0;
    for (let row = 0; row < to.height; row++)
      for (let column = 0; column < to.width; column++) {
        // Centres of pixels lie at halves.
        const x = a * (column + 0.5) + b * (row + 0.5) + c - 0.5;
        const y = d * (column + 0.5) + e * (row + 0.5) + f - 0.5;
        const [left, top] = [Math.floor(x), Math.floor(y)];
        for (let k = 0; k < 4; k++, at++) {
          const [i, j] = [left + (k & 1), top + (k >> 1)];
          const across = k & 1 ? x - left : 1 - x + left;
          const down = k >> 1 ? y - top : 1 - y + top;
          const inside = i >= frame.left && i < frame.right && j >= frame.top && j < frame.bottom;
          this.#places[at] = inside ? j * from.width + i : -1;
          this.#weights[at] = across * down;
        }
      }
  }

  /** @param grey of each colour */
  read(planes: Planes, grey: readonly number[]): Planes {
    const size = this.#from.height * this.#from.width;
    const count = this.#to.height * this.#to.width;
    const out = new Float32Array(grey.length * count);
    for (let c = 0; c < grey.length; c++)
      for (let p = 0; p < count; p++) {
        let sum = 0;
        for (let k = 4 * p; k < 4 * p + 4; k++) {
          const place = this.#places[k]!;
          sum += this.#weights[k]! * (place < 0 ? grey[c]! : planes[c * size + place]!);
        }
        out[c * count + p] = sum;
      }
    return out;
  }

  spread(gradient: Planes): Planes {
    const size = this.#from.height * this.#from.width;
    const count = this.#to.height * this.#to.width;
    const channels = gradient.length / count;
    const out = new Float32Array(channels * size);
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < count; p++)
        for (let k = 4 * p; k < 4 * p + 4; k++) {
          const place = this.#places[k]!;
          if (place >= 0) out[c * size + place]! += this.#weights[k]! * gradient[c * count + p]!;
        }
    return out;
  }
}
