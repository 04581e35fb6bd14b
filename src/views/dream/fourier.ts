import type { Random } from "../../base/random.ts";
import { correlated, decorrelated } from "./colour.ts";
import { PlaneFft } from "./fft.ts";
import { type Parameterisation, stepFactor } from "./parameterisation.ts";
import type { PictureShape, Planes } from "./picture-input.ts";

/**
 * A picture held as waves, each as strong as it is in photos (1 / frequency), in colours that do not hang
 * together; a sigmoid keeps it between black and white. Steps then are large where photos differ most,
 * and the checkerboards that pixels fall for cost as much as they should.
 *
 * Two planes of real numbers share one complex spectrum, as real and imaginary part: nothing is held twice.
 *
 * Source: Olah, Mordvintsev, Schubert 2017, Feature Visualization, Distill, "Preconditioning".
 *
 * @param height of the canvas, a power of two; so is `width`
 */
export function fourier(
  shape: PictureShape,
  { height, width }: { height: number; width: number },
  random: Random,
): Parameterisation {
  const { channels, range } = shape;
  const count = height * width;
  const fft = new PlaneFft(height, width);
  const strength = wavesOfPhotos(height, width);
  const spectra = Array.from({ length: Math.ceil(channels / 2) }, () => ({
    re: Float64Array.from({ length: count }, () => startingDeviation * random.normal()),
    im: Float64Array.from({ length: count }, () => startingDeviation * random.normal()),
  }));
  const span = range.high.map((high, c) => high - range.low[c]!);
  /** The sigmoid's values when the picture was last made. */
  const shares = new Float64Array(channels * count);

  function picture(): Planes {
    const planes = new Float64Array(channels * count);
    spectra.forEach(({ re, im }, pair) => {
      const real = re.map((value, i) => value * strength[i]!);
      const imaginary = im.map((value, i) => value * strength[i]!);
      fft.transform(real, imaginary, 1);
      planes.set(real, 2 * pair * count);
      if (2 * pair + 1 < channels) planes.set(imaginary, (2 * pair + 1) * count);
    });
    correlated(planes, channels, range.bgr);
    const out = new Float32Array(channels * count);
    for (let i = 0; i < out.length; i++) {
      const c = Math.floor(i / count);
      shares[i] = 1 / (1 + Math.exp(-planes[i]!));
      out[i] = range.low[c]! + span[c]! * shares[i]!;
    }
    return out;
  }

  function climb(gradient: Planes, rate: number): void {
    const slopes = new Float64Array(channels * count);
    for (let i = 0; i < slopes.length; i++)
      slopes[i] = gradient[i]! * span[Math.floor(i / count)]! * shares[i]! * (1 - shares[i]!);
    decorrelated(slopes, channels, range.bgr);
    let squares = 0;
    const steps = spectra.map((_, pair) => {
      const re = slopes.slice(2 * pair * count, (2 * pair + 1) * count);
      const im =
        2 * pair + 1 < channels
          ? slopes.slice((2 * pair + 1) * count, (2 * pair + 2) * count)
          : new Float64Array(count);
      fft.transform(re, im, -1);
      for (let i = 0; i < count; i++) {
        re[i]! *= strength[i]!;
        im[i]! *= strength[i]!;
        // Parseval: so large is the change of the planes.
        squares += strength[i]! ** 2 * (re[i]! ** 2 + im[i]! ** 2);
      }
      return { re, im };
    });
    const factor = stepFactor(squares, channels * count, rate * slopeOfSigmoid);
    spectra.forEach(({ re, im }, pair) => {
      const step = steps[pair]!;
      for (let i = 0; i < count; i++) {
        re[i]! += factor * step.re[i]!;
        im[i]! += factor * step.im[i]!;
      }
    });
  }

  const words = channels === 3 ? "waves (Fourier) with decorrelated colour" : "waves (Fourier)";
  return { words, height, width, picture, climb };
}

/** Of the numbers that a wave starts with; lucid's. */
const startingDeviation = 0.01;

/** In the middle of a sigmoid the share from black to white changes by a quarter of a step. */
const slopeOfSigmoid = 4;

/**
 * How strong each wave is in photos: 1 / its frequency in cycles a pixel, of which the lowest counts as one
 * cycle a side; divided by 4, as lucid does, so that a start is a soft grey.
 */
function wavesOfPhotos(height: number, width: number): Float64Array {
  const lowest = 1 / Math.max(height, width);
  const cycles = (i: number, length: number) => Math.min(i, length - i) / length;
  return Float64Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [cycles(Math.floor(i / width), height), cycles(i % width, width)];
    return 1 / Math.max(Math.sqrt(y * y + x * x), lowest) / 4;
  });
}
