import { StriateError } from "../../base/errors.ts";
import { describe, field } from "../../base/fields.ts";
import { sizeOf } from "../../base/shape.ts";
import { defineInitializer } from "./define-initializer.ts";

/** Windows as sums of cosines, as scipy.signal.windows has them. */
const cosines: Readonly<Record<string, readonly number[]>> = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
};

/**
 * The kernels of a short-time Fourier transform: `(frame_length, 1, fft_length / 2 + 1)`, the cosines of each
 * frequency or, for its imaginary side, their sines, under a window.
 *
 * Source: https://keras.io/api/layers/initializers/ (STFT)
 */
export const stft = defineInitializer({
  className: "STFT",
  aliases: ["STFTInitializer"],
  fields: {
    side: field.choice(["real", "imag"], "real"),
    window: field.json("hann"),
    scaling: field.nullable(field.choice(["density", "spectrum"], "density")),
    periodic: field.boolean(false),
  },
  fill({ side, window, scaling, periodic }, shape) {
    const [length = 0, , bins = 0] = shape;
    const heights = window === null ? undefined : windowOf(window, length, periodic);
    const norm = heights === undefined || scaling === null ? 1 : normOf(heights, scaling);
    const wave = side === "real" ? Math.cos : Math.sin;
    const kernel = new Float32Array(sizeOf(shape));
    for (let t = 0; t < length; t++)
      for (let bin = 0; bin < bins; bin++) {
        const angle = (-Math.PI * t * bin) / (bins - 1);
        kernel[t * bins + bin] = (wave(angle) * (heights?.[t] ?? 1)) / norm;
      }
    return kernel;
  },
});

function windowOf(window: unknown, length: number, periodic: boolean): readonly number[] {
  if (Array.isArray(window) && window.length === length && window.every(Number.isFinite))
    return window as number[];
  const terms =
    typeof window === "string" && Object.hasOwn(cosines, window) ? cosines[window] : undefined;
  if (terms === undefined)
    throw new StriateError(
      `"window": expected one of ${Object.keys(cosines).join(", ")} or ${length} numbers, got ${describe(window)}`,
    );
  if (length === 1) return [1];
  const turn = (2 * Math.PI) / (periodic ? length : length - 1);
  return Array.from({ length }, (_, t) =>
    terms.reduce((sum, term, k) => sum + (k % 2 === 0 ? term : -term) * Math.cos(k * turn * t), 0),
  );
}

/** `density`: by the window's energy, `spectrum`: by its sum. */
const normOf = (heights: readonly number[], scaling: "density" | "spectrum"): number =>
  scaling === "density"
    ? Math.sqrt(heights.reduce((sum, height) => sum + height * height, 0))
    : heights.reduce((sum, height) => sum + Math.abs(height), 0);
