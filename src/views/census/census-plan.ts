import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { field, type Values } from "../../base/fields.ts";
import { Random } from "../../base/random.ts";
import { formatByteSize } from "../../data/byte-size.ts";
import type { Network } from "../../model/network.ts";
import type { ShardCosts } from "../shards.ts";
import type { DatasetSubject } from "../subject.ts";
import { classNamesOf } from "../evaluation/measured-batches.ts";
import { type CensusLayer, censusLayers, unitsOf } from "./census-layers.ts";
import { readings } from "./reductions.ts";
import { cellsWithin } from "./sketch.ts";

/** What a census asks; what a unit's value for a photo is stands in docs/census.md. */
export const censusAsks = {
  layers: field.string("conv", {
    help: "layers whose units are counted: addresses, globs, conv or all",
  }),
  top: field.int(16, {
    min: 1,
    max: 1000,
    help: "photos with the largest and the smallest values",
  }),
  value: field.choice(["max", "mean"], "max", {
    help: "a unit's value for a photo: the largest or the mean of its map",
  }),
  sample: field.int(8, { min: 0, max: 1000, help: "photos by chance beside the top" }),
  sheets: field.int(8, { min: 0, max: 64, help: "crops a unit in the sheets; 0 draws none" }),
  dead_below: field.number(0, { help: "a unit that is never above it is dead" }),
  alike: field.number(0.99, {
    min: 0,
    max: 1,
    help: "correlation from which units are near-duplicates",
  }),
  grey: field.boolean(false, { help: "also count grey photos: is a unit about colour" }),
  shuffled: field.boolean(false, {
    help: "also count photos with their parts shuffled: about shape",
  }),
  // One at a time the maps stay in the cache while they are read again and again.
  batch: field.int(1, { min: 1, max: 256, help: "photos in one run of the network" }),
};
export type CensusAsks = Values<typeof censusAsks>;

/** What follows from network, set and asks, and is the same for every shard. */
export interface CensusPlan {
  readonly layers: readonly CensusLayer[];
  readonly units: number;
  readonly classNames: readonly string[];
  /** Cells of all sketches together, at most: as many as the memory has room for. */
  readonly mostCells: number;
  /** Numbers of the photos of the random sample, rising. */
  readonly sample: readonly number[];
}

/** Bits of a fraction that tell the cells of a sketch apart, at most; fewer where the memory has no room for all cells. */
export const mostBits = 10;

/** @throws StriateError where the numbers of all units and classes would not fit into the memory */
export function censusPlan(
  network: Network,
  set: DatasetSubject,
  asks: CensusAsks,
  memory: number,
  seed = 0,
): CensusPlan {
  const layers = censusLayers(network, asks.layers);
  const units = unitsOf(layers);
  const classNames = classNamesOf(network, set);
  const photos = set.whole ?? set.length;
  const lists = (2 * asks.top + asks.sample) * 32;
  const pairs = layers.reduce((sum, layer) => sum + pairsOf(layer) * 16, 0);
  const fixed = units * (classNames.length * 8 * 2 * sumsPerClass + lists) + pairs;
  const mostCells = Math.floor((memory / (2 * copies) - fixed) / bytesOfCell);
  // Without a bit there is a cell for each power of two: these must have room whatever the photos are.
  const fewest = units * Math.min(photos, classNames.length * cellsWithin(0));
  if (mostCells < fewest)
    throw new StriateError(
      `a census of ${counted(units, "unit")} and ${counted(classNames.length, "class", "classes")} takes about ` +
        `${formatByteSize(2 * copies * (fixed + bytesOfCell * fewest))}, ` +
        `and ${formatByteSize(memory)} may be taken; give more --memory or fewer --layers`,
    );
  return { layers, units, classNames, mostCells, sample: sampleOf(photos, asks.sample, seed) };
}

/** What lies in memory at once: what was merged, the next shard, and what becomes of them. */
const copies = 3;
const bytesOfCell = 8;

/** Numbers that are added up for a unit and a class. */
export const sumsPerClass = 6;

/** Layers with more units are not compared unit by unit: pairs grow with the square. */
const mostCompared = 512;

/** Pairs of units whose correlation is counted, each unit with itself too. */
export const pairsOf = ({ units }: CensusLayer): number =>
  units <= mostCompared ? (units * (units + 1)) / 2 : 0;

/** What a shard takes: the readings of its photos in memory; cells, sums, lists and pairs in its file. */
export function costsOf(plan: CensusPlan, { top, sample, grey, shuffled }: CensusAsks): ShardCosts {
  const { units, classNames, layers } = plan;
  const pairs = layers.reduce((sum, layer) => sum + pairsOf(layer), 0);
  const fixed = units * (classNames.length * 8 * (sumsPerClass + 1) + (2 * top + sample) * 36);
  const tables = 1 + Number(grey) + Number(shuffled);
  return {
    bytesPerPhoto: tables * units * 4 * readings.length + 64,
    bytesOfPart: (photos) => fixed + 9 * pairs + 8 * units * photos,
  };
}

function sampleOf(photos: number, count: number, seed: number): number[] {
  const random = new Random(seed, 0x63656e);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, photos)) chosen.add(random.integer(photos));
  return [...chosen].sort((a, b) => a - b);
}
