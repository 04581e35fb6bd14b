import { largest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { toFloat32 } from "../../base/tensor.ts";
import { type Network, type NetworkLayer, selectLayers } from "../../model/network.ts";

/** The kernels of one layer, as they are in the graph. */
export interface FilterBank {
  readonly address: string;
  readonly className: string;
  /** Filters, and the channels that each one reads. */
  readonly filters: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `filters * channels * height * width` weights. */
  readonly values: Float32Array;
  /** Length of each filter as a vector. */
  readonly norms: Float64Array;
  /** Filters that do nothing: their length is below a millionth of the longest. */
  readonly zero: readonly number[];
  /** Pairs of filters that point the same way, or the opposite one, with their cosine; most alike first. */
  readonly alike: readonly { readonly a: number; readonly b: number; readonly cosine: number }[];
}

/** From this cosine on two filters are called near-duplicates. */
const alikeFrom = 0.95;
/** Comparing all pairs of more filters takes longer than anybody waits. */
const mostCompared = 2048;

/**
 * The filters of the layers that a user means.
 *
 * @throws StriateError where none of them has kernels
 */
export function filterBanks(network: Network, wanted: string): FilterBank[] {
  const banks = selectLayers(network, wanted).flatMap((layer) => bankOf(network, layer) ?? []);
  if (banks.length > 0) return banks;
  throw new StriateError(
    `${network.origin.file ?? network.name}: no layer that "${wanted}" names has kernels to be drawn; ` +
      "convolutions have, of any kind",
  );
}

function bankOf(network: Network, layer: NetworkLayer): FilterBank | undefined {
  for (const address of layer.weights) {
    const weight = network.weights.get(address);
    const tensor = weight && network.graph.initializers.get(weight.value);
    if (!tensor || weight.graphShape.length < 3) continue;
    const [filters, channels, ...places] = weight.graphShape as [number, number, ...number[]];
    const width = places.at(-1)!;
    const height = places.slice(0, -1).reduce((product, length) => product * length, 1);
    const values = toFloat32(tensor).data;
    const { address: name, className } = layer;
    const norms = normsOf(values, filters);
    const longest = largest(norms);
    const zero = [...norms.keys()].filter((i) => !(norms[i]! > 1e-6 * longest));
    const alike = alikePairs(values, norms, new Set(zero));
    return {
      address: name,
      className,
      filters,
      channels,
      height,
      width,
      values,
      norms,
      zero,
      alike,
    };
  }
  return undefined;
}

function normsOf(values: Float32Array, filters: number): Float64Array {
  const each = values.length / filters;
  return Float64Array.from({ length: filters }, (_, f) => {
    let sum = 0;
    for (let i = f * each; i < (f + 1) * each; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  });
}

function alikePairs(
  values: Float32Array,
  norms: Float64Array,
  zero: ReadonlySet<number>,
): FilterBank["alike"] {
  const pairs: { a: number; b: number; cosine: number }[] = [];
  const each = values.length / norms.length;
  const count = Math.min(norms.length, mostCompared);
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count && !zero.has(a); b++) {
      if (zero.has(b)) continue;
      let dot = 0;
      for (let i = 0; i < each; i++) dot += values[a * each + i]! * values[b * each + i]!;
      const cosine = dot / (norms[a]! * norms[b]!);
      if (Math.abs(cosine) >= alikeFrom) pairs.push({ a, b, cosine });
    }
  return pairs.sort((p, q) => Math.abs(q.cosine) - Math.abs(p.cosine));
}
