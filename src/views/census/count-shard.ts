import { movedRectangle } from "../../base/affine.ts";
import type { CensusAsks, CensusPlan } from "./census-plan.ts";
import type { CensusPart } from "./census-part.ts";
import { type CensusLayer, seenPixels } from "./census-layers.ts";
import { type RankedPhotos, emptyRanked, foremost } from "./ranked-photos.ts";
import { columnOf, readings } from "./reductions.ts";
import { classSums, pairSums, passSums } from "./shard-sums.ts";
import { SketchWriter } from "./sketch-list.ts";
import type { PhotoReadings, ShardReadings } from "./read-shard.ts";

/** Counts the readings of a shard's photos. Photos are taken in their order, so that the sums are the same. */
export function countShard(plan: CensusPlan, asks: CensusAsks, shard: ShardReadings): CensusPart {
  const { units, classNames, bits } = plan;
  const { photos } = shard;
  const value = asks.value === "max" ? "maximum" : "mean";
  const stride = readings.length * units;
  const sampled = new Set(plan.sample);
  const inSample = [...photos.keys()].filter((i) => sampled.has(photos[i]!.index));
  const count = Math.min(asks.top, photos.length);
  const top = emptyRanked(units, asks.top, count);
  const bottom = emptyRanked(units, asks.top, count);
  const sample = emptyRanked(units, plan.sample.length, inSample.length);
  const sketches = new SketchWriter(units * classNames.length);
  const byClass = classNames.map((_, c) =>
    [...photos.keys()].filter((i) => photos[i]!.label === c),
  );
  // bounded: by the photos of the shard
  const sorted = new Float32Array(photos.length);
  for (const { layer, unit, values } of valuesByUnit(plan, shard, value)) {
    for (const members of byClass) {
      members.forEach((photo, i) => (sorted[i] = values[photo]!));
      sketches.addAll(sorted.subarray(0, members.length).sort(), bits);
    }
    fill(top, foremost(values, count, 1));
    fill(bottom, foremost(values, count, -1));
    fill(sample, inSample);

    function fill(list: RankedPhotos, chosen: ArrayLike<number>): void {
      for (let rank = 0; rank < list.count; rank++) {
        const i = chosen[rank]!;
        const photo = photos[i]!;
        const to = unit * list.count + rank;
        list.values[to] = values[i]!;
        list.photos[to] = photo.index;
        list.classes[to] = photo.label;
        const [row, column] = (["row", "column"] as const).map(
          (reading) => shard.numbers[i * stride + columnOf(layer, reading, unit - layer.first)]!,
        ) as [number, number];
        list.places[2 * to] = row;
        list.places[2 * to + 1] = column;
        writeBox(list.boxes, 4 * to, layer, row, column, photo);
      }
    }
  }
  const listed = new Set<number>();
  for (const list of [top, bottom, sample]) for (const photo of list.photos) listed.add(photo);
  return {
    photos: Float64Array.from(byClass, ({ length }) => length),
    ...classSums(plan, shard),
    ...{ sketches: sketches.list(), top, bottom, sample },
    passes: passSums(plan, shard, value),
    products: pairSums(plan, shard),
    names: new Map(
      photos.filter(({ index }) => listed.has(index)).map(({ index, name }) => [index, name]),
    ),
    skipped: shard.skipped,
  };
}

/** Units whose values are taken out of the table together: a photo's readings lie next to each other. */
const block = 64;

/** The value that each unit has for each photo; the array is filled anew for the next unit. */
function* valuesByUnit(
  { layers, units }: CensusPlan,
  { photos, numbers }: ShardReadings,
  value: "maximum" | "mean",
): Generator<{ layer: CensusLayer; unit: number; values: Float32Array }> {
  const stride = readings.length * units;
  const { length } = photos;
  const table = new Float32Array(block * length); // bounded: by the photos of the shard
  for (const layer of layers)
    for (let first = 0; first < layer.units; first += block) {
      const some = Math.min(block, layer.units - first);
      const from = columnOf(layer, value, first);
      for (let i = 0; i < length; i++)
        for (let u = 0; u < some; u++) table[u * length + i] = numbers[i * stride + from + u]!;
      for (let u = 0; u < some; u++)
        yield {
          layer,
          unit: layer.first + first + u,
          values: table.subarray(u * length, (u + 1) * length),
        };
    }
}

/** Writes what a place sees, on the pixels of the photo's file: left, top, right, bottom. */
function writeBox(
  boxes: Int32Array,
  at: number,
  layer: CensusLayer,
  row: number,
  column: number,
  { toFile, size, input }: PhotoReadings,
): void {
  const seen = seenPixels(layer, row, column, input);
  const { left, top, right, bottom } = toFile ? movedRectangle(toFile, seen) : seen;
  boxes[at] = Math.max(0, Math.floor(left));
  boxes[at + 1] = Math.max(0, Math.floor(top));
  boxes[at + 2] = Math.min(size[1], Math.ceil(right));
  boxes[at + 3] = Math.min(size[0], Math.ceil(bottom));
}
