import { type Rectangle, movedRectangle } from "../../base/affine.ts";
import { type CensusAsks, type CensusPlan, mostBits } from "./census-plan.ts";
import type { CensusPart } from "./census-part.ts";
import { type CensusLayer, seenPixels } from "./census-layers.ts";
import { type RankedPhotos, emptyRanked, foremost, listedPhotos } from "./ranked-photos.ts";
import { columnOf, readings } from "./reductions.ts";
import { classSums, pairSums, passSums } from "./shard-sums.ts";
import { SketchWriter } from "./sketch-list.ts";
import type { PhotoReadings, ShardReadings } from "./read-shard.ts";

/** Counts the readings of a shard's photos. Photos are taken in their order, so that the sums are the same. */
export function countShard(plan: CensusPlan, asks: CensusAsks, shard: ShardReadings): CensusPart {
  const { units, classNames } = plan;
  const { photos } = shard;
  const value = asks.value === "max" ? "maximum" : "mean";
  const stride = readings.length * units;
  const sampled = new Set(plan.sample);
  const inSample = [...photos.keys()].filter((i) => sampled.has(photos[i]!.index));
  const count = Math.min(asks.top, photos.length);
  const top = emptyRanked(units, asks.top, count);
  const bottom = emptyRanked(units, asks.top, count);
  const sample = emptyRanked(units, plan.sample.length, inSample.length);
  const sketches = new SketchWriter(units * classNames.length, mostBits);
  const byClass = classNames.map((_, c) =>
    [...photos.keys()].filter((i) => photos[i]!.label === c),
  );
  // bounded: by the photos of the shard
  const sorted = new Float32Array(photos.length);
  for (const { layer, unit, values, seen } of valuesByUnit(plan, shard, value)) {
    for (const members of byClass) {
      for (let i = 0; i < members.length; i++) sorted[i] = values[members[i]!]!;
      sketches.addAll(sorted.subarray(0, members.length).sort());
    }
    fill(top, foremost(values, count, 1));
    fill(bottom, foremost(values, count, -1));
    fill(sample, inSample);

    function fill(list: RankedPhotos, chosen: ArrayLike<number>): void {
      const rows = columnOf(layer, "row", unit - layer.first);
      const columns = columnOf(layer, "column", unit - layer.first);
      for (let rank = 0; rank < list.count; rank++) {
        const i = chosen[rank]!;
        const photo = photos[i]!;
        const to = unit * list.count + rank;
        list.values[to] = values[i]!;
        list.photos[to] = photo.index;
        list.classes[to] = photo.label;
        const [row, column] = [
          shard.numbers[i * stride + rows]!,
          shard.numbers[i * stride + columns]!,
        ];
        list.places[2 * to] = row;
        list.places[2 * to + 1] = column;
        writeBox(list.boxes, 4 * to, seen[i]!(row, column), photo);
      }
    }
  }
  const isListed = listedPhotos([top, bottom, sample]);
  return {
    photos: Float64Array.from(byClass, ({ length }) => length),
    ...classSums(plan, shard),
    ...{ sketches: sketches.list(plan.mostCells), top, bottom, sample },
    passes: passSums(plan, shard, value),
    products: pairSums(plan, shard),
    names: new Map(
      photos.filter(({ index }) => isListed(index)).map(({ index, name }) => [index, name]),
    ),
    skipped: shard.skipped,
  };
}

/** Units whose values are taken out of the table together: a photo's readings lie next to each other. */
const block = 64;

/** The value that each unit has for each photo; the array is filled anew for the next units. */
function* valuesByUnit(
  { layers, units }: CensusPlan,
  { photos, numbers }: ShardReadings,
  value: "maximum" | "mean",
) {
  const stride = readings.length * units;
  const { length } = photos;
  const table = new Float32Array(block * length); // bounded: by the photos of the shard
  for (const layer of layers) {
    const seen = seenByPhoto(layer, photos);
    for (let first = 0; first < layer.units; first += block) {
      const some = Math.min(block, layer.units - first);
      const from = columnOf(layer, value, first);
      for (let i = 0; i < length; i++)
        for (let u = 0; u < some; u++) table[u * length + i] = numbers[i * stride + from + u]!;
      for (let u = 0; u < some; u++)
        yield {
          ...{ layer, seen, unit: layer.first + first + u },
          values: table.subarray(u * length, (u + 1) * length),
        };
    }
  }
}

/** What the places of a layer see of each photo's input: nearly always of one size. */
function seenByPhoto(layer: CensusLayer, photos: readonly PhotoReadings[]) {
  const bySize = new Map<string, ReturnType<typeof seenPixels>>();
  return photos.map(({ input }) => {
    const size = input.join();
    const seen = bySize.get(size) ?? seenPixels(layer, input);
    bySize.set(size, seen);
    return seen;
  });
}

/** Writes what a place sees, on the pixels of the photo's file: left, top, right, bottom. */
function writeBox(
  boxes: Int32Array,
  at: number,
  seen: Rectangle,
  { toFile, size }: PhotoReadings,
): void {
  const { left, top, right, bottom } = toFile ? movedRectangle(toFile, seen) : seen;
  boxes[at] = Math.max(0, Math.floor(left));
  boxes[at + 1] = Math.max(0, Math.floor(top));
  boxes[at + 2] = Math.min(size[1], Math.ceil(right));
  boxes[at + 3] = Math.min(size[0], Math.ceil(bottom));
}
