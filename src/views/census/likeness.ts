import type { CensusLayer } from "./census-layers.ts";
import {
  type CensusNumbers,
  type NearDuplicate,
  correlations,
  nearDuplicates,
} from "./statistics.ts";

/** Which units of a layer say the same. */
export interface Likeness {
  /** Pairs that say nearly the same, the most alike first. */
  readonly pairs: readonly NearDuplicate[];
  /** For each unit the one that is most like it, and how much; none where the layer has one unit. */
  readonly nearest: readonly { readonly unit: number; readonly correlation: number }[];
}

/** Summary, words and two tables ask for it; a matrix of correlations is large, and takes long. */
const known = new WeakMap<CensusNumbers, Map<number, Likeness | undefined>>();

/** @returns undefined of a layer of too many units */
export function likenessOf(numbers: CensusNumbers, layer: CensusLayer): Likeness | undefined {
  const layers = known.get(numbers) ?? new Map<number, Likeness | undefined>();
  known.set(numbers, layers);
  if (!layers.has(layer.first)) layers.set(layer.first, compared(numbers, layer));
  return layers.get(layer.first);
}

function compared(numbers: CensusNumbers, layer: CensusLayer): Likeness | undefined {
  const matrix = correlations(numbers, layer);
  if (matrix === undefined) return undefined;
  const { units } = layer;
  const all = units < 2 ? [] : Array.from({ length: units }, (_, u) => u);
  return {
    pairs: nearDuplicates(matrix, units, numbers.asks.alike),
    nearest: all.map((u) => {
      let unit = u === 0 ? 1 : 0;
      for (let b = 0; b < units; b++)
        if (b !== u && Math.abs(matrix[u * units + b]!) > Math.abs(matrix[u * units + unit]!))
          unit = b;
      return { unit, correlation: matrix[u * units + unit]! };
    }),
  };
}
