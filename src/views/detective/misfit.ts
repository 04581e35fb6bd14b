import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import type { Network } from "../../model/network.ts";

/** What a batch normalisation has stored of its inputs in training. */
export interface StoredStatistics {
  /** The layer's address. */
  readonly layer: string;
  /** The graph value that it normalises; its channels are axis 1. */
  readonly reads: string;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** The statistics of the first batch normalisation that has learnt some: not still mean 0, variance 1. */
export function findStatistics(network: Network): StoredStatistics | undefined {
  for (const { address, kind, reads, weights } of network.layers) {
    if (kind !== "normalization" || reads.length !== 1) continue;
    const stored = (name: string) => {
      const weight = weights.find((each) => each.endsWith(`/${name}`));
      const value = weight && network.graph.initializers.get(network.weights.get(weight)!.value);
      return value ? toFloat32(value).data : undefined;
    };
    const [mean, variance] = [stored("moving_mean"), stored("moving_variance")];
    if (!mean || !variance || mean.length !== variance.length) continue;
    const fresh = mean.every((v) => v === 0) && variance.every((v) => v === 1);
    if (!fresh) return { layer: address, reads: reads[0]!, mean, variance };
  }
  return undefined;
}

/**
 * The median over the channels of the Kullback-Leibler divergence of the photo's values from the stored
 * ones, both taken as normal distributions, in nats.
 *
 * @param value of shape (1, channels, ...)
 */
export function misfitOf(value: Tensor, { mean, variance }: StoredStatistics): number {
  const { data } = toFloat32(value);
  const channels = mean.length;
  const count = data.length / channels;
  const divergences = Array.from(mean, (stored, channel) => {
    const own = momentsOf(data.subarray(channel * count, (channel + 1) * count));
    // A map of one value has no variance: a little of the stored one keeps the measure finite.
    const spread = Math.max(variance[channel]!, 1e-12);
    const ratio = own.variance / spread + 1e-4;
    return 0.5 * (ratio + (own.mean - stored) ** 2 / spread - 1 - Math.log(ratio));
  }).sort((a, b) => a - b);
  const middle = divergences.length >> 1;
  return divergences.length % 2
    ? divergences[middle]!
    : (divergences[middle - 1]! + divergences[middle]!) / 2;
}

function momentsOf(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, variance };
}
