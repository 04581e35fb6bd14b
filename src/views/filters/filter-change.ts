import { StriateError } from "../../base/errors.ts";
import type { FilterBank } from "./filter-bank.ts";

/** How a layer's filters differ from those of the same layer in another file. */
export interface FilterChange {
  /** `own - other`, like the bank's own values. */
  readonly values: Float32Array;
  /** Of each filter the length of the difference over that of the other one; Infinity where that is 0. */
  readonly relative: Float64Array;
  /** Of each filter the cosine with the other one: 1 where it only grew or shrank. */
  readonly cosines: Float64Array;
  /** Filters, the most changed first. */
  readonly order: readonly number[];
  /** The length of the whole difference over that of all of the other's filters. */
  readonly whole: number;
}

export interface ComparedBank extends FilterBank {
  readonly change?: FilterChange;
}

/**
 * Each bank beside that of the same address, else of the same place in the network, in another file.
 *
 * @throws StriateError where no layer has one of the same shape
 */
export function comparedBanks(
  own: readonly FilterBank[],
  other: readonly FilterBank[],
  name: string,
): ComparedBank[] {
  const compared = own.map((bank, i): ComparedBank => {
    const twin = other.find(({ address }) => address === bank.address) ?? other[i];
    const fits =
      twin &&
      (["filters", "channels", "height", "width"] as const).every((key) => twin[key] === bank[key]);
    return fits ? { ...bank, change: changeOf(bank, twin) } : bank;
  });
  if (compared.some(({ change }) => change)) return compared;
  throw new StriateError(
    `${name}: has no layer with kernels of the same shape as ${own.map(({ address }) => address).join(", ")}`,
  );
}

function changeOf(own: FilterBank, other: FilterBank): FilterChange {
  const { filters } = own;
  const each = own.values.length / filters;
  const values = own.values.map((value, i) => value - other.values[i]!);
  const lengths = new Float64Array(filters);
  const cosines = new Float64Array(filters);
  for (let f = 0; f < filters; f++) {
    let dot = 0;
    for (let i = f * each; i < (f + 1) * each; i++) {
      lengths[f]! += values[i]! ** 2;
      dot += own.values[i]! * other.values[i]!;
    }
    lengths[f] = Math.sqrt(lengths[f]!);
    const size = own.norms[f]! * other.norms[f]!;
    cosines[f] = size > 0 ? dot / size : 0;
  }
  const relative = lengths.map((length, f) => (length === 0 ? 0 : length / other.norms[f]!));
  const length = (all: Float64Array) => Math.sqrt(all.reduce((sum, one) => sum + one ** 2, 0));
  return {
    values,
    relative,
    cosines,
    order: [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]! || a - b),
    whole: length(lengths) === 0 ? 0 : length(lengths) / length(other.norms),
  };
}
