import { counted } from "../../base/counted.ts";
import { withThousands } from "../../base/text-table.ts";
import { field } from "../../base/fields.ts";
import { defineView, type ViewTable } from "../define-view.ts";
import { type Shards, computeInShards } from "../shards.ts";
import { requirePhotos } from "../photo-batches.ts";
import type { DatasetSubject } from "../subject.ts";
import { linesOfTable } from "../lines-of-table.ts";
import { censusColumns } from "./census-columns.ts";
import { type CensusPart, mergeCensus, readCensus, writeCensus } from "./census-part.ts";
import { costsOf, censusAsks, censusPlan } from "./census-plan.ts";
import { countShard } from "./count-shard.ts";
import { type Crops, cutCrops } from "./crops.ts";
import { drawCensusSheet, numberOrDash } from "./draw-census.ts";
import { likenessOf } from "./likeness.ts";
import { readShard } from "./read-shard.ts";
import { sketchError } from "./sketch.ts";
import {
  type CensusNumbers,
  isDead,
  isSaturated,
  passMeans,
  unitStatistics,
  zerosOf,
} from "./statistics.ts";
import { bestClass } from "./unit-words.ts";

/** What the units of a network make of a data set. */
export interface Census extends CensusNumbers {
  /** The file as the user named it, or the network's name. */
  readonly title: string;
  readonly crops: Crops | undefined;
}

const shards: Shards<typeof censusAsks, Census, CensusPart> = {
  costs: (network, set, asks, memory) => costsOf(censusPlan(network, set, asks, memory), asks),
  async part(context, set, asks) {
    const { running, memory, seed } = context;
    const plan = censusPlan(running.network, set, asks, memory, seed);
    return countShard(plan, asks, await readShard(context, set, plan, asks));
  },
  merge: mergeCensus,
  write: writeCensus,
  read: readCensus,
  async finish({ running, memory, seed }, part, set, asks) {
    const { network } = running;
    requirePhotos(set, photosOf({ part }), part.skipped);
    const numbers = { ...censusPlan(network, set, asks, memory, seed), part, asks };
    const crops = await cutCrops(numbers, set, memory / 4);
    return { ...numbers, title: network.origin.file ?? network.name, crops };
  },
};

/** Every unit of the chosen layers over a data set: what it answers, to which class, in which photos most. */
export const censusView = defineView({
  id: "census",
  title: "Census",
  family: "data set",
  summary: "Count what every unit makes of a data set: range, zeros, classes, top photos, doubles",
  paper:
    "Bau, Zhou, Khosla, Oliva, Torralba 2017, Network Dissection, arXiv:1704.05796; Hanley, McNeil 1982 for the interval",
  formula: "value of a unit for a photo = max (or mean) over the places of its map",
  pitfall: "The top photos are extremes: look at the sample by chance beside them.",
  takes: "dataset",
  command: {
    name: "census",
    examples: [
      "striate census cat_vs_dog.h5 photos/",
      "striate census shapes.h5 shapes --layers all --split test --workers 2",
    ],
  },
  asks: censusAsks,
  shows: {
    theme: field.choice(["light", "dark"], "light", { help: "paper of the pictures" }),
  },
  shards,
  compute: (context, set, asks) => computeInShards(shards, context, set, asks),
  words(census, set, _, width) {
    const photos = photosOf(census);
    const skipped = census.part.skipped.length;
    return {
      caption: captionOf(census, set),
      lines: [
        `${set.name}: ${counted(photos, "photo")}${skipped > 0 ? `, ${skipped} skipped` : ""}, ${counted(census.units, "unit")} of ${counted(census.layers.length, "layer")}`,
        ...linesOfTable(layerTable(census), width),
        `quantiles are within ${(100 * sketchError(census.part.sketches.bits)).toPrecision(2)} % of the photos' own`,
        ...census.part.skipped.slice(0, 3).map(({ path, reason }) => `skipped ${path}: ${reason}`),
      ],
    };
  },
  json: (census, set) => ({
    file: census.title,
    data: set.name,
    split: set.split ?? "all",
    photos: Object.fromEntries(census.classNames.map((name, c) => [name, census.part.photos[c]])),
    preprocessing: set.scaling,
    value: census.asks.value,
    quantileError: sketchError(census.part.sketches.bits),
    layers: census.layers.map((layer) => ({
      layer: layer.address,
      class: layer.className,
      units: layer.units,
      ...flagsOf(census, layer),
    })),
    skipped: census.part.skipped,
  }),
  tables: (census) => [layerTable(census)],
  columns: (census) => censusColumns(census),
  *draw(census, set, { theme }) {
    const { crops } = census;
    if (crops === undefined) return;
    for (const layer of census.layers) {
      if (layer.first >= crops.units) return;
      const words = { title: set.name, caption: captionOf(census, set), theme };
      const name = `census-${layer.address.replaceAll("/", "-")}`;
      yield { name, picture: drawCensusSheet(census, layer, crops, words) };
    }
  },
});

const photosOf = ({ part }: Pick<CensusNumbers, "part">): number =>
  part.photos.reduce((sum, count) => sum + count, 0);

function captionOf(census: Census, set: DatasetSubject): string {
  const { asks, crops, units } = census;
  const value = asks.value === "max" ? "the maximum" : "the mean";
  const shown = crops
    ? ` Left the ${counted(crops.top, "photo")} with the largest values, right ${crops.sample} by chance: what the peak sees, on the photo's own pixels.`
    : "";
  const cut =
    crops && crops.units < units
      ? ` ${crops.units} of ${counted(units, "unit")} are drawn: more crops would not fit into the memory.`
      : "";
  return (
    `${census.title} on ${counted(photosOf(census), "photo")} of ${set.name}. A unit's value for a photo is ${value} of its map.` +
    `${shown} A class with a number: the area under its ROC curve against all others (0.5 tells nothing).${cut}`
  );
}

/** Units of a layer by their number in it: those that are dead, saturated, doubles. */
function flagsOf(census: Census, layer: CensusNumbers["layers"][number]) {
  const all = Array.from({ length: layer.units }, (_, u) => u);
  const like = likenessOf(census, layer);
  return {
    dead: all.filter((u) => isDead(census, layer.first + u)),
    saturated: all.filter((u) => isSaturated(census, layer, layer.first + u) === true),
    nearDuplicates: like?.pairs.map(({ a, b, correlation }) => [a, b, correlation]) ?? null,
  };
}

function layerTable(census: Census): ViewTable {
  const { asks } = census;
  const passes = [...(asks.grey ? ["grey"] : []), ...(asks.shuffled ? ["shuffled"] : [])] as (
    "grey" | "shuffled"
  )[];
  return {
    name: "layers",
    columns: [
      { title: "layer" },
      ...["units", "dead", "saturated", "zeros", "doubles"].map((title) => ({
        title,
        right: true,
      })),
      ...passes.map((title) => ({ title: `${title} keeps`, right: true })),
      { title: "tells classes apart best" },
    ],
    rows: census.layers.map((layer) => {
      const { dead, saturated, nearDuplicates: pairs } = flagsOf(census, layer);
      const all = Array.from({ length: layer.units }, (_, u) => layer.first + u);
      const zeros = meanOf(all.map((unit) => zerosOf(census, unit) ?? 0));
      const best = all
        .map((unit) => ({ unit, ...bestClass(census, unit) }))
        .reduce((a, b) => ((b.area ?? 0) > (a.area ?? 0) ? b : a));
      return [
        layer.address,
        withThousands(layer.units),
        withThousands(dead.length),
        withThousands(saturated.length),
        `${(100 * zeros).toFixed(0)} %`,
        pairs ? withThousands(pairs.length) : "-",
        ...passes.map((pass) => `${(100 * keptShare(census, all, pass)).toFixed(0)} %`),
        best.area === undefined
          ? "-"
          : `${layer.address}[${best.unit - layer.first}] ${best.className} ${numberOrDash(best.area, 2)}`,
      ];
    }),
  };
}

/** What share of the units' mean value is left of changed photos. */
function keptShare(census: Census, units: readonly number[], pass: "grey" | "shuffled"): number {
  const shares = units.flatMap((unit) => {
    const own = unitStatistics(census, unit).valueMean;
    const changed = passMeans(census, unit)[pass];
    return own && changed !== null && own > 0 ? [changed / own] : [];
  });
  return shares.length === 0 ? 1 : meanOf(shares);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
