import { largest, smallest } from "../../base/extremes.ts";
import { type CensusLayer, limitsOf } from "./census-layers.ts";
import type { CensusPart } from "./census-part.ts";
import { type CensusAsks, type CensusPlan, pairsOf, sumsPerClass } from "./census-plan.ts";
import {
  type Sketch,
  areaInterval,
  areasAgainstOthers,
  mergeAllSketches,
  quantiles,
} from "./sketch.ts";
import { sketchesOf, wholeSketch } from "./whole-sketches.ts";

/** All that a census found, and what it was asked. */
export interface CensusNumbers extends CensusPlan {
  readonly part: CensusPart;
  readonly asks: CensusAsks;
}

/** A unit over the photos of a class, or of all. Null stands for what no photos say. */
export interface UnitStatistics {
  readonly photos: number;
  /** Over all places of all photos. */
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly zeros: number | null;
  /** Of the photos' values. */
  readonly valueMean: number | null;
  readonly valueDeviation: number | null;
  /** Those of `quantileShares`. */
  readonly quantiles: readonly (number | null)[];
}

export const quantileShares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/** How far a class's values lie from those of all other classes. */
export interface Selectivity {
  /** Difference of the means in deviations inside the classes (Cohen's d). */
  readonly difference: number | null;
  /** Area under the ROC curve, and its 95 % interval. */
  readonly area: number | null;
  readonly areaLow: number | null;
  readonly areaHigh: number | null;
}

const all = (numbers: CensusNumbers): number[] => [...numbers.classNames.keys()];

/** @param chosen numbers of the classes whose photos count; all by default */
export function unitStatistics(
  numbers: CensusNumbers,
  unit: number,
  chosen?: readonly number[],
): UnitStatistics {
  const classes = chosen ?? all(numbers);
  const { part, asks } = numbers;
  const { photos, sums } = moments(numbers, unit, classes);
  const over = (sum: number) => (photos === 0 ? null : sum / photos);
  const spread = (square: number, sum: number) =>
    photos === 0 ? null : Math.sqrt(Math.max(0, square / photos - (sum / photos) ** 2));
  const [mean, within, zeros] = [sums[0]!, sums[1]!, sums[2]!];
  const [maximum, maximumSquare, meanSquare] = [sums[3]!, sums[4]!, sums[5]!];
  const isMax = asks.value === "max";
  const at = classes.map((c) => unit * numbers.classNames.length + c);
  return {
    photos,
    mean: over(mean),
    deviation: spread(within + meanSquare, mean),
    low: photos === 0 ? null : smallest(at.map((i) => part.low[i]!)),
    high: photos === 0 ? null : largest(at.map((i) => part.high[i]!)),
    zeros: over(zeros),
    valueMean: over(isMax ? maximum : mean),
    valueDeviation: isMax ? spread(maximumSquare, maximum) : spread(meanSquare, mean),
    quantiles: quantiles(
      sketchOfClasses(numbers, unit, chosen),
      part.sketches.bits,
      quantileShares,
    ),
  };
}

/** The distribution of a unit's values over the photos of some classes; of all by default. */
export function sketchOfClasses(
  { part }: CensusNumbers,
  unit: number,
  classes?: readonly number[],
): Sketch {
  if (classes === undefined) return wholeSketch(part, unit);
  const each = sketchesOf(part, unit);
  return mergeAllSketches(classes.map((c) => each[c]!));
}

/** How far each class's values of a unit lie from those of all others; in the order of the classes. */
export function selectivities(numbers: CensusNumbers, unit: number): Selectivity[] {
  const { part } = numbers;
  const classes = all(numbers);
  const areas = areasAgainstOthers(sketchesOf(part, unit), wholeSketch(part, unit));
  const own = classes.map((c) => valueSums(numbers, unit, c));
  const others = sumsOfOthers(own);
  return classes.map((c) => {
    const area = areas[c]!;
    if (area === null) return { difference: null, area, areaLow: null, areaHigh: null };
    const [one, rest] = [momentsOf(own[c]!), momentsOf(others[c]!)];
    const inside = Math.max(1, one.photos + rest.photos - 2);
    const pooled = Math.sqrt((one.scatter + rest.scatter) / inside);
    const [areaLow, areaHigh] = areaInterval(area, one.photos, rest.photos);
    const difference = pooled > 0 ? (one.mean - rest.mean) / pooled : null;
    return { difference, area, areaLow, areaHigh };
  });
}

/** {@link selectivities} of one class. */
export const selectivity = (numbers: CensusNumbers, unit: number, c: number): Selectivity =>
  selectivities(numbers, unit)[c]!;

/** Sums over the photos of some classes: their number, their values, and the squares of these. */
type ValueSums = readonly [photos: number, sum: number, square: number];

function valueSums(numbers: CensusNumbers, unit: number, c: number): ValueSums {
  const { photos, sums } = moments(numbers, unit, [c]);
  return numbers.asks.value === "max" ? [photos, sums[3]!, sums[4]!] : [photos, sums[0]!, sums[5]!];
}

/** For each class the sums of all others, from those before it and those behind it. */
function sumsOfOthers(own: readonly ValueSums[]): ValueSums[] {
  const before = running(own);
  const behind = running(own.toReversed()).reverse();
  return own.map((_, c) => added(before[c]!, behind[c]!));
}

/** Sums of what comes before each. */
function running(list: readonly ValueSums[]): ValueSums[] {
  let sum: ValueSums = [0, 0, 0];
  return list.map((each) => {
    const before = sum;
    sum = added(sum, each);
    return before;
  });
}

const added = (a: ValueSums, b: ValueSums): ValueSums => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

/** Mean of the values, and the sum of their squared distances from it. */
function momentsOf([photos, sum, square]: ValueSums) {
  const mean = photos === 0 ? 0 : sum / photos;
  return { photos, mean, scatter: Math.max(0, square - photos * mean * mean) };
}

function moments({ part, classNames }: CensusNumbers, unit: number, classes: readonly number[]) {
  let photos = 0;
  const sums = new Float64Array(sumsPerClass);
  for (const c of classes) {
    photos += part.photos[c]!;
    const from = (unit * classNames.length + c) * sumsPerClass;
    for (let kind = 0; kind < sumsPerClass; kind++) sums[kind]! += part.sums.value(from + kind);
  }
  return { photos, sums };
}

/** Whether a unit is never above the threshold. */
export function isDead({ part, asks, classNames }: CensusNumbers, unit: number): boolean {
  const from = unit * classNames.length;
  return part.high
    .subarray(from, from + classNames.length)
    .every((high) => high <= asks.dead_below);
}

/** Whether a unit's mean is within 1 % of a limit of its activation; null where that has none. */
export function isSaturated(
  numbers: CensusNumbers,
  layer: CensusLayer,
  unit: number,
): boolean | null {
  const limits = limitsOf(layer);
  if (limits === undefined) return null;
  const { photos, sums } = moments(numbers, unit, all(numbers));
  if (photos === 0) return null;
  const near = (limits[1] - limits[0]) / 100;
  return limits.some((limit) => Math.abs(sums[0]! / photos - limit) <= near);
}

/** The share of a unit's values that are 0, over all photos; null where there are none. */
export function zerosOf(numbers: CensusNumbers, unit: number): number | null {
  const { photos, sums } = moments(numbers, unit, all(numbers));
  return photos === 0 ? null : sums[2]! / photos;
}

/** What remains of a unit's mean value where the photos are grey or shuffled; null where that was not asked. */
export function passMeans(numbers: CensusNumbers, unit: number) {
  const { part, asks, units } = numbers;
  const photos = part.photos.reduce((sum, count) => sum + count, 0);
  const mean = (isAsked: boolean, at: number) =>
    isAsked && photos > 0 ? part.passes.value(at) / photos : null;
  return { grey: mean(asks.grey, unit), shuffled: mean(asks.shuffled, units + unit) };
}

/**
 * Pearson's correlation of the photos' means of each two units of a layer, `[units][units]`; undefined of a layer
 * of too many units. A unit that never changes has none: 0.
 */
export function correlations(numbers: CensusNumbers, layer: CensusLayer): Float64Array | undefined {
  if (pairsOf(layer) === 0) return undefined;
  const { units, first } = layer;
  const before = numbers.layers
    .filter((each) => each.first < first)
    .reduce((sum, each) => sum + pairsOf(each), 0);
  const known = Array.from({ length: units }, (_, u) => moments(numbers, first + u, all(numbers)));
  const photos = known[0]!.photos;
  const means = known.map(({ sums }) => sums[0]! / photos);
  // bounded: a layer of more units has no pairs
  const matrix = new Float64Array(units * units);
  for (let a = 0, at = before; a < units; a++)
    for (let b = a; b < units; b++)
      matrix[a * units + b] = numbers.part.products.value(at++) / photos - means[a]! * means[b]!;
  // What rounding leaves of a unit that never changes is no spread.
  const spread = means.map((mean, a) => {
    const variance = matrix[a * units + a]!;
    return variance > 1e-12 * mean * mean ? Math.sqrt(variance) : 0;
  });
  for (let a = 0; a < units; a++)
    for (let b = a; b < units; b++) {
      const scale = spread[a]! * spread[b]!;
      const value = scale > 0 ? Math.max(-1, Math.min(1, matrix[a * units + b]! / scale)) : 0;
      matrix[a * units + b] = matrix[b * units + a] = value;
    }
  return matrix;
}

export interface NearDuplicate {
  readonly a: number;
  readonly b: number;
  readonly correlation: number;
}

/** Pairs of a layer's units, counted within it, that say nearly the same; the most alike first. */
export function nearDuplicates(matrix: Float64Array, units: number, from: number): NearDuplicate[] {
  const pairs: NearDuplicate[] = [];
  for (let a = 0; a < units; a++)
    for (let b = a + 1; b < units; b++) {
      const correlation = matrix[a * units + b]!;
      if (Math.abs(correlation) >= from) pairs.push({ a, b, correlation });
    }
  return pairs.sort((p, q) => Math.abs(q.correlation) - Math.abs(p.correlation));
}
