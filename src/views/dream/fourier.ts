import type { Random } from "../../base/random.ts";
import { correlated, decorrelated } from "./colour.ts";
import { PlaneFft } from "./fft.ts";
import type { Parameterisation } from "./parameterisation.ts";
import type { PictureShape, Planes } from "./picture-input.ts";

/**
 * A picture held as waves, each as strong as it is in photos (1 / frequency), in colours that do not hang
 * together; a sigmoid keeps it between black and white. Steps then are large where photos differ most,
 * and the checkerboards that pixels fall for cost as much as they should.
 *
 * Two planes of real numbers share one complex spectrum, as real and imaginary part: nothing is held twice.
 *
 * Each wave goes uphill by about `rate`, scaled by the size of its own gradient so far (Adam), as in lucid.
 *
 * Source: Olah, Mordvintsev, Schubert 2017, Feature Visualization, Distill, "Preconditioning"; Kingma, Ba
 * 2014, arXiv:1412.6980.
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
    meanRe: new Float64Array(count),
    meanIm: new Float64Array(count),
    squares: new Float64Array(count),
  }));
  const span = range.high.map((high, c) => high - range.low[c]!);
  let steps = 0;
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
    steps++;
    const [start, startSquares] = [1 - momentum ** steps, 1 - momentumOfSquares ** steps];
    spectra.forEach(({ re, im, meanRe, meanIm, squares }, pair) => {
      const slopeRe = slopes.slice(2 * pair * count, (2 * pair + 1) * count);
      const slopeIm =
        2 * pair + 1 < channels
          ? slopes.slice((2 * pair + 1) * count, (2 * pair + 2) * count)
          : new Float64Array(count);
      fft.transform(slopeRe, slopeIm, -1);
      for (let i = 0; i < count; i++) {
        const a = slopeRe[i]! * strength[i]!;
        const b = slopeIm[i]! * strength[i]!;
        meanRe[i] = momentum * meanRe[i]! + (1 - momentum) * a;
        meanIm[i] = momentum * meanIm[i]! + (1 - momentum) * b;
        squares[i] = momentumOfSquares * squares[i]! + (1 - momentumOfSquares) * (a * a + b * b);
        // The size of a complex number is that of two real ones.
        const size = Math.sqrt(squares[i]! / startSquares / 2) + tiny;
        const factor = rate / start / size;
        re[i]! += factor * meanRe[i]!;
        im[i]! += factor * meanIm[i]!;
      }
    });
  }

  const words = channels === 3 ? "waves (Fourier) with decorrelated colour" : "waves (Fourier)";
  return { words, height, width, picture, climb };
}

/** Of the numbers that a wave starts with; lucid's. */
const startingDeviation = 0.01;

/** Adam's; lucid leaves them at TensorFlow's. */
const momentum = 0.9;
const momentumOfSquares = 0.999;
/** Far below any gradient that is not 0: scores may be small numbers. */
const tiny = 1e-30;

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
