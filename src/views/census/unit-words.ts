import { formatNumber } from "../../plot/format-number.ts";
import type { CensusLayer } from "./census-layers.ts";
import {
  type CensusNumbers,
  isDead,
  isSaturated,
  selectivities,
  unitStatistics,
} from "./statistics.ts";

/** A unit in a few words. */
export interface UnitWords {
  readonly text: string;
  /** Whether it does not do what a unit is for. */
  readonly isOdd: boolean;
}

/** `0 to 2.13, 41 % zeros; dog 0.83`: its range, its zeros, and the class that it tells apart best. */
export function unitWords(numbers: CensusNumbers, layer: CensusLayer, unit: number): UnitWords {
  const { low, high, zeros } = unitStatistics(numbers, unit);
  if (low === null || high === null) return { text: "no photos", isOdd: true };
  if (isDead(numbers, unit)) return { text: "dead: never above the threshold", isOdd: true };
  const range = `${formatNumber(low, 2)} to ${formatNumber(high, 2)}`;
  const saturated = isSaturated(numbers, layer, unit) === true;
  const share = zeros! > 0.005 ? [`${Math.round(100 * zeros!)} % zeros`] : [];
  const best = bestClass(numbers, unit);
  const parts = [range, ...share, ...(saturated ? ["saturated"] : [])];
  const tells = best ? `; ${best.className} ${best.area.toFixed(2)}` : "";
  return { text: parts.join(", ") + tells, isOdd: saturated };
}

/** The class whose photos a unit answers more than all others, by the area under the ROC curve. */
export function bestClass(
  numbers: CensusNumbers,
  unit: number,
): { className: string; area: number } | undefined {
  let best: { className: string; area: number } | undefined;
  selectivities(numbers, unit).forEach(({ area }, c) => {
    const className = numbers.classNames[c]!;
    if (area !== null && area > (best?.area ?? 0)) best = { className, area };
  });
  return best;
}
