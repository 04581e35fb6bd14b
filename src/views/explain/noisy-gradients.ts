import { field } from "../../base/fields.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { asInputs, tensorField } from "./given-tensor.ts";
import type { ExplainContext } from "./explain-context.ts";
import { extentOf } from "./baseline.ts";
import { InputGradient } from "./input-gradient.ts";
import { channelsLast } from "./input-plane.ts";

/** Of SmoothGrad and VarGrad: how many noisy photos, and how noisy. */
export const noiseAsks = {
  samples: field.int(50, { min: 1, max: 10_000, help: "how many noisy photos" }),
  noise: field.number(0.15, {
    min: 0,
    max: 10,
    help: "standard deviation of the noise, as a share of the photo's range of values",
  }),
  noise_values: tensorField(
    "the noise itself, (samples, height, width, channels), in place of random numbers",
  ),
};

/** Mean and variance (division by n) of the gradient over noisy copies of the photo. Nothing is clipped. */
export async function noisyGradients(
  given: ExplainContext,
  asks: { samples: number; noise: number; noise_values: Tensor | null },
): Promise<{ mean: Tensor<"float32">; variance: Tensor<"float32">; words: string }> {
  const gradient = new InputGradient(given);
  const { value, channels } = gradient.input;
  const x = toFloat32(value).data;
  const { low, high } = extentOf(x);
  const deviation = asks.noise * (high - low);
  const { random } = given.context;
  const fixed = asks.noise_values && asInputs(asks.noise_values, gradient, "the noise");
  const count = fixed ? fixed.length / x.length : asks.samples;
  const drawn = new Float64Array(fixed ? 0 : x.length);
  const moments = await gradientMoments(gradient, count, (index, into) => {
    const noise = fixed?.subarray(index * x.length) ?? drawn;
    if (!fixed) random.fillNormal(drawn);
    const scale = fixed ? 1 : deviation;
    for (let i = 0; i < x.length; i++) into[i] = x[i]! + scale * noise[i]!;
  });
  return {
    mean: channelsLast(float32(value.shape, moments.mean), channels),
    variance: channelsLast(float32(value.shape, moments.variance), channels),
    words: `${count} gradients, noise ${fixed ? "as given" : `of deviation ${formatNumber(deviation)}`}`,
  };
}

/** Mean and variance of the gradient over variants of the photo; see `InputGradient.each`. */
export async function gradientMoments(
  gradient: InputGradient,
  count: number,
  write: (index: number, into: Float32Array) => void,
): Promise<{ mean: Float32Array; variance: Float32Array }> {
  const size = gradient.values.data.length;
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  await gradient.each(count, write, (index, slopes) => {
    // Welford's running moments: no difference of large sums.
    for (let i = 0; i < size; i++) {
      const away = slopes[i]! - mean[i]!;
      mean[i]! += away / (index + 1);
      squares[i]! += away * (slopes[i]! - mean[i]!);
    }
  });
  return {
    mean: Float32Array.from(mean),
    variance: Float32Array.from(squares, (sum) => sum / count),
  };
}
