import type { Random } from "../../base/random.ts";
import { type PictureShape, type Planes, spanOf } from "./picture-input.ts";

/** How a picture is held while it is changed: a step along the gradient is another one in each. */
export interface Parameterisation {
  readonly words: string;
  /** Rows and columns of what is held, of which the network sees a part as large as its input. */
  readonly height: number;
  readonly width: number;
  /** The picture as it is now, in the network's numbers. */
  picture(): Planes;
  /**
   * Goes uphill.
   *
   * @param gradient of the objective by {@link picture}, as it was last asked for
   * @param rate how far: for pixels the root mean square of the step, as a share of black to white
   */
  climb(gradient: Planes, rate: number): void;
}

/** What keeps a gradient of zeros from being divided by. */
const epsilon = 1e-8;

/**
 * Pixel by pixel: `x <- x + rate g / (sqrt(mean g^2) + 1e-8)`. Nothing is clipped.
 *
 * @param start the picture to start with
 */
export function pixels(shape: PictureShape, start: Planes): Parameterisation {
  const x = Float32Array.from(start);
  return {
    words: "pixels",
    height: shape.height,
    width: shape.width,
    picture: () => x.slice(),
    climb(gradient, rate) {
      const squares = gradient.reduce((sum, value) => sum + value * value, 0);
      const size = Math.sqrt(squares / gradient.length) + epsilon;
      const factor = (rate * spanOf(shape.range)) / size;
      for (let i = 0; i < x.length; i++) x[i]! += factor * gradient[i]!;
    },
  };
}

/** Grey with a little noise, in the middle of what the network takes. */
export function greyNoise(
  { channels, height, width, range }: PictureShape,
  random: Random,
): Planes {
  const size = height * width;
  return Float32Array.from({ length: channels * size }, (_, i) => {
    const c = Math.floor(i / size);
    const [low, high] = [range.low[c]!, range.high[c]!];
    return low + (high - low) * (0.5 + 0.02 * random.normal());
  });
}

/** The colour in the middle of black and white. */
export function greyOf({ low, high }: PictureShape["range"]): number[] {
  return low.map((value, c) => (value + high[c]!) / 2);
}
