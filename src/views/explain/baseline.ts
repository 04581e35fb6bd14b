import { StriateError } from "../../base/errors.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";

export const baselines = ["zero", "lowest", "highest", "mean"] as const;
/**
 * What "nothing" looks like to a network:
 * - `zero`: zeros in the network's own numbers (black for x / 255, grey for -1..1)
 * - `lowest`, `highest`: the photo's own extremes
 * - `mean`: the mean of each colour of the photo
 */
export type Baseline = (typeof baselines)[number];

/** The baseline as a tensor like the input: `value` in the user's layout, `channels` the axis of colours. */
export function baselineOf(kind: Baseline, value: Tensor, channels: number): Tensor<"float32"> {
  const { data, shape } = toFloat32(value);
  if (kind === "zero") return float32(shape, new Float32Array(data.length));
  if (kind !== "mean") {
    const { low, high } = extentOf(data);
    return float32(shape, new Float32Array(data.length).fill(kind === "lowest" ? low : high));
  }
  const count = shape[channels];
  if (count === undefined)
    throw new StriateError("the mean of each colour needs an axis of colours");
  const stride = shape.slice(channels + 1).reduce((product, length) => product * length, 1);
  const channelOf = (i: number) => Math.floor(i / stride) % count;
  const sums = new Float64Array(count);
  data.forEach((each, i) => (sums[channelOf(i)]! += each));
  return float32(
    shape,
    data.map((_, i) => (sums[channelOf(i)]! * count) / data.length),
  );
}

/** The photo's own range of values: what is put in its place stays inside. */
export function extentOf(values: Float32Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
