import { ExactSums } from "../../base/exact-sums.ts";
import { type CensusPlan, pairsOf, sumsPerClass } from "./census-plan.ts";
import { type ShardReadings } from "./read-shard.ts";
import { columnOf, readings } from "./reductions.ts";

/**
 * What is added up over the photos of each class, for each unit, in the order of `sumKinds`, and the extremes.
 * Photos are taken in their order: the sums are the same wherever they are made.
 */
export function classSums({ layers, units, classNames }: CensusPlan, shard: ShardReadings) {
  const { photos, numbers } = shard;
  const classes = classNames.length;
  const stride = readings.length * units;
  const sums = new Float64Array(units * classes * sumsPerClass);
  const low = new Float32Array(units * classes).fill(Infinity);
  const high = new Float32Array(units * classes).fill(-Infinity);
  for (let i = 0; i < photos.length; i++)
    for (const layer of layers) {
      // The readings of a layer stand one behind the other, each for all its units.
      const from = i * stride + columnOf(layer, "mean", 0);
      for (let u = 0; u < layer.units; u++) {
        const cell = (layer.first + u) * classes + photos[i]!.label;
        const at = cell * sumsPerClass;
        const mean = numbers[from + u]!;
        const maximum = numbers[from + 2 * layer.units + u]!;
        const minimum = numbers[from + 3 * layer.units + u]!;
        sums[at]! += mean;
        sums[at + 1]! += numbers[from + layer.units + u]!;
        sums[at + 2]! += numbers[from + 4 * layer.units + u]!;
        sums[at + 3]! += maximum;
        sums[at + 4]! += maximum * maximum;
        sums[at + 5]! += mean * mean;
        if (minimum < low[cell]!) low[cell] = minimum;
        if (maximum > high[cell]!) high[cell] = maximum;
      }
    }
  return { sums: ExactSums.of(sums), low, high };
}

/** The values of the grey photos, then of the shuffled ones, summed for each unit; 0 where there are none. */
export function passSums(
  { layers, units }: CensusPlan,
  { photos, greys, shuffles }: ShardReadings,
  value: "maximum" | "mean",
): ExactSums {
  const stride = readings.length * units;
  const sums = new Float64Array(2 * units);
  [greys, shuffles].forEach((pass, p) => {
    for (let i = 0; pass && i < photos.length; i++)
      for (const layer of layers) {
        const from = i * stride + columnOf(layer, value, 0);
        const to = p * units + layer.first;
        for (let u = 0; u < layer.units; u++) sums[to + u]! += pass[from + u]!;
      }
  });
  return ExactSums.of(sums);
}

/** Products of the means of each two units of a layer, summed over the photos: what correlations are made of. */
export function pairSums({ layers, units }: CensusPlan, shard: ShardReadings): ExactSums {
  const { photos, numbers } = shard;
  const stride = readings.length * units;
  // bounded: a layer of too many units has no pairs
  const all = new Float64Array(layers.reduce((sum, layer) => sum + pairsOf(layer), 0));
  let start = 0;
  for (const layer of layers) {
    const pairs = pairsOf(layer);
    const sums = all.subarray(start, start + pairs);
    const first = columnOf(layer, "mean", 0);
    const row = (i: number) =>
      numbers.subarray(i * stride + first, i * stride + first + layer.units);
    let i = 0;
    // Four photos in one walk over the pairs: they are many more than a cache holds.
    for (; pairs > 0 && i + 4 <= photos.length; i += 4)
      addFour(sums, row(i), row(i + 1), row(i + 2), row(i + 3));
    for (; pairs > 0 && i < photos.length; i++) addOne(sums, row(i));
    start += pairs;
  }
  return ExactSums.of(all);
}

function addOne(sums: Float64Array, row: Float32Array): void {
  for (let a = 0, at = 0; a < row.length; a++) {
    const value = row[a]!;
    for (let b = a; b < row.length; b++) sums[at++]! += value * row[b]!;
  }
}

/** {@link addOne} of four rows after each other. */
function addFour(
  sums: Float64Array,
  p: Float32Array,
  q: Float32Array,
  r: Float32Array,
  s: Float32Array,
): void {
  for (let a = 0, at = 0; a < p.length; a++) {
    const [pa, qa, ra, sa] = [p[a]!, q[a]!, r[a]!, s[a]!];
    for (let b = a; b < p.length; b++, at++)
      sums[at] = sums[at]! + pa * p[b]! + qa * q[b]! + ra * r[b]! + sa * s[b]!;
  }
}
