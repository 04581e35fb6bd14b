import { movedRectangle } from "../../base/affine.ts";
import { ExactSums } from "../../base/exact-sums.ts";
import type { CensusAsks, CensusPlan } from "./census-plan.ts";
import { pairsOf, sumsPerClass } from "./census-plan.ts";
import type { CensusPart } from "./census-part.ts";
import { type CensusLayer, seenPixels } from "./census-layers.ts";
import { type RankedPhotos, emptyRanked } from "./ranked-photos.ts";
import { columnOf, readings } from "./reductions.ts";
import { sketchOf } from "./sketch.ts";
import type { PhotoReadings, ShardReadings } from "./read-shard.ts";

/** Counts the readings of a shard's photos. Photos are taken in their order, so that the sums are the same. */
export function countShard(plan: CensusPlan, asks: CensusAsks, shard: ShardReadings): CensusPart {
  const { layers, units, classNames, bits } = plan;
  const { photos, numbers, greys, shuffles } = shard;
  const classes = classNames.length;
  const stride = readings.length * units;
  const low = new Float32Array(units * classes);
  const high = new Float32Array(units * classes);
  const sums = new ExactSums(units * classes * sumsPerClass);
  const passes = new ExactSums(2 * units);
  const sampled = new Set(plan.sample);
  const inSample = [...photos.keys()].filter((i) => sampled.has(photos[i]!.index));
  const count = Math.min(asks.top, photos.length);
  const top = emptyRanked(units, asks.top, count);
  const bottom = emptyRanked(units, asks.top, count);
  const sample = emptyRanked(units, plan.sample.length, inSample.length);
  const sketches: CensusPart["sketches"][number][] = [];
  const all = Uint32Array.from(photos, (_, i) => i);
  // bounded: by the photos of the shard
  const values = new Float32Array(photos.length);
  const byClass = classNames.map((_, c) =>
    [...photos.keys()].filter((i) => photos[i]!.label === c),
  );
  for (const layer of layers)
    for (let u = 0; u < layer.units; u++) {
      const unit = layer.first + u;
      const column = columnOf(layer, asks.value === "max" ? "maximum" : "mean", u);
      for (let i = 0; i < values.length; i++) values[i] = numbers[i * stride + column]!;
      byClass.forEach((members, c) => {
        const at = unit * classes + c;
        const own = sumsOf(shard, members, layer, u);
        for (let kind = 0; kind < sumsPerClass; kind++)
          sums.add(at * sumsPerClass + kind, own.sums[kind]!);
        [low[at], high[at]] = [own.low, own.high];
        const sorted = new Float32Array(members.length);
        for (let k = 0; k < members.length; k++) sorted[k] = values[members[k]!]!;
        sketches.push(sketchOf(sorted.sort(), bits));
      });
      const order = all.slice().sort((a, b) => values[b]! - values[a]! || a - b);
      fill(top, order);
      fill(bottom, count < photos.length ? lastOf(order, values, count) : rising(order, values));
      fill(sample, inSample);
      [greys, shuffles].forEach((pass, i) => {
        if (pass)
          passes.add(
            i * units + unit,
            sumOf(photos.length, (k) => pass[k * stride + column]!),
          );
      });

      function fill(list: RankedPhotos, chosen: ArrayLike<number>): void {
        for (let rank = 0; rank < list.count; rank++) {
          const i = chosen[rank]!;
          const photo = photos[i]!;
          const to = unit * list.count + rank;
          const place = placeOf(shard, i, unit);
          list.values[to] = values[i]!;
          list.photos[to] = photo.index;
          list.classes[to] = photo.label;
          list.places.set(place, 2 * to);
          list.boxes.set(boxOf(layer, place, photo), 4 * to);
        }
      }
    }
  const listed = new Set([top, bottom, sample].flatMap((list) => [...list.photos]));
  return {
    photos: Float64Array.from(byClass, ({ length }) => length),
    ...{ sums, low, high, sketches, passes, top, bottom, sample },
    products: productsOf(plan, shard),
    names: new Map(
      photos.filter(({ index }) => listed.has(index)).map(({ index, name }) => [index, name]),
    ),
    skipped: shard.skipped,
  };
}

/** The sums of a unit over some photos, in the order of `sumKinds`, and the extremes. */
function sumsOf(
  { numbers, units }: ShardReadings,
  members: readonly number[],
  layer: CensusLayer,
  unit: number,
): { readonly sums: Float64Array; readonly low: number; readonly high: number } {
  const stride = readings.length * units;
  const from = columnOf(layer, "mean", unit);
  const sums = new Float64Array(sumsPerClass);
  let [low, high] = [Infinity, -Infinity];
  for (const i of members) {
    // The readings of a layer stand one behind the other, each for all its units.
    const at = i * stride + from;
    const mean = numbers[at]!;
    const maximum = numbers[at + 2 * layer.units]!;
    sums[0]! += mean;
    sums[1]! += numbers[at + layer.units]!;
    sums[2]! += numbers[at + 4 * layer.units]!;
    sums[3]! += maximum;
    sums[4]! += maximum * maximum;
    sums[5]! += mean * mean;
    low = Math.min(low, numbers[at + 3 * layer.units]!);
    high = Math.max(high, maximum);
  }
  return { sums, low, high };
}

function sumOf(count: number, of: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += of(i);
  return sum;
}

/** Smallest first, of equal ones the first of the set. */
const rising = (order: Uint32Array, values: Float32Array): Uint32Array =>
  order.slice().sort((a, b) => values[a]! - values[b]! || a - b);

/** The `count` smallest of an order that falls; several may be equal to the last one that is taken. */
function lastOf(order: Uint32Array, values: Float32Array, count: number): Uint32Array {
  const limit = values[order.at(-count)!]!;
  let from = order.length - count;
  while (from > 0 && values[order[from - 1]!] === limit) from--;
  return rising(order.subarray(from), values).subarray(0, count);
}

function placeOf(
  { places, units }: ShardReadings,
  photo: number,
  unit: number,
): [row: number, column: number] {
  const row = 2 * photo * units + unit;
  return [places[row]!, places[row + units]!];
}

/** What a place sees, on the pixels of the photo's file. */
function boxOf(
  layer: CensusLayer,
  place: readonly [number, number],
  { toFile, size, input }: PhotoReadings,
): readonly number[] {
  const seen = seenPixels(layer, place, input);
  const { left, top, right, bottom } = toFile ? movedRectangle(toFile, seen) : seen;
  const [height, width] = size;
  return [
    Math.max(0, Math.floor(left)),
    Math.max(0, Math.floor(top)),
    Math.min(width, Math.ceil(right)),
    Math.min(height, Math.ceil(bottom)),
  ];
}

/** Products of the means of each two units of a layer, summed over the photos: what correlations are made of. */
function productsOf({ layers, units }: CensusPlan, { photos, numbers }: ShardReadings): ExactSums {
  const stride = readings.length * units;
  const all = new ExactSums(layers.reduce((sum, layer) => sum + pairsOf(layer), 0));
  let start = 0;
  for (const layer of layers) {
    const pairs = pairsOf(layer);
    const sums = new Float64Array(pairs);
    const first = columnOf(layer, "mean", 0);
    for (let i = 0; pairs > 0 && i < photos.length; i++) {
      const row = numbers.subarray(i * stride + first, i * stride + first + layer.units);
      for (let a = 0, at = 0; a < layer.units; a++) {
        const value = row[a]!;
        for (let b = a; b < layer.units; b++) sums[at++]! += value * row[b]!;
      }
    }
    for (let at = 0; at < pairs; at++) all.add(start + at, sums[at]!);
    start += pairs;
  }
  return all;
}
