import type { ParquetColumn } from "../../formats/parquet-columns.ts";
import type { DataTable } from "../define-view.ts";
import { FilledColumns } from "./filled-columns.ts";
import { likenessOf } from "./likeness.ts";
import { histogram } from "./sketch.ts";
import {
  type CensusNumbers,
  isDead,
  isSaturated,
  passMeans,
  quantileShares,
  selectivities,
  sketchOfClasses,
  unitStatistics,
} from "./statistics.ts";

type Type = ParquetColumn["type"];

/** The columns of each table: docs/census.md says what they hold. */
export const censusSchema = {
  units: {
    layer: "STRING",
    unit: "INT32",
    class: "STRING",
    photos: "INT32",
    mean: "DOUBLE",
    sd: "DOUBLE",
    min: "DOUBLE",
    max: "DOUBLE",
    zeros: "DOUBLE",
    value_mean: "DOUBLE",
    value_sd: "DOUBLE",
    ...(Object.fromEntries(
      quantileShares.map((share) => [quantileName(share), "DOUBLE"]),
    ) as Record<string, "DOUBLE">),
    difference: "DOUBLE",
    auc: "DOUBLE",
    auc_low: "DOUBLE",
    auc_high: "DOUBLE",
    dead: "BOOLEAN",
    saturated: "BOOLEAN",
    grey_mean: "DOUBLE",
    shuffled_mean: "DOUBLE",
    nearest: "INT32",
    nearest_r: "DOUBLE",
  },
  photos: {
    layer: "STRING",
    unit: "INT32",
    list: "STRING",
    rank: "INT32",
    photo: "STRING",
    index: "INT32",
    class: "STRING",
    value: "FLOAT",
    row: "INT32",
    column: "INT32",
    left: "INT32",
    top: "INT32",
    right: "INT32",
    bottom: "INT32",
  },
  histograms: {
    layer: "STRING",
    unit: "INT32",
    class: "STRING",
    bin: "INT32",
    from: "DOUBLE",
    to: "DOUBLE",
    photos: "INT32",
  },
  duplicates: { layer: "STRING", a: "INT32", b: "INT32", r: "DOUBLE" },
} as const satisfies Record<string, Record<string, Type>>;

function quantileName(share: number): string {
  return `q${String(Math.round(100 * share)).padStart(2, "0")}`;
}

/** Bins of a histogram. */
const bins = 32;
const numbersOfBins = Array.from({ length: bins }, (_, bin) => bin);
/** The lists of a unit's photos. */
const lists = ["top", "bottom", "sample"] as const;
/** The number of a text that is null. */
const none = -1;

/** The tables of a census, row by row in the order of layers, units and classes. */
export function* censusColumns(numbers: CensusNumbers): Generator<DataTable> {
  yield unitTable(numbers);
  yield photoTable(numbers);
  yield histogramTable(numbers);
  yield duplicateTable(numbers);
}

function unitTable(numbers: CensusNumbers): DataTable {
  const { layers, classNames, units } = numbers;
  const words = { layer: addressesOf(numbers), class: classNames };
  const rows = units * (classNames.length + 1);
  const table = new FilledColumns("units", censusSchema.units, rows, { words, nulls: true });
  for (const [l, layer] of layers.entries()) {
    const nearest = likenessOf(numbers, layer)?.nearest;
    for (let u = 0; u < layer.units; u++) {
      const unit = layer.first + u;
      const { grey, shuffled } = passMeans(numbers, unit);
      table.add(
        ...[l, u, none, ...statisticsCells(numbers, unit), null, null, null, null],
        ...[isDead(numbers, unit), isSaturated(numbers, layer, unit), grey, shuffled],
        ...[nearest?.[u]?.unit ?? null, nearest?.[u]?.correlation ?? null],
      );
      for (const [c, told] of selectivities(numbers, unit).entries()) {
        const { difference, area, areaLow, areaHigh } = told;
        table.add(
          ...[l, u, c, ...statisticsCells(numbers, unit, [c])],
          ...[difference, area, areaLow, areaHigh],
        );
      }
    }
  }
  return table.table();
}

/** From `photos` to the last quantile. */
function statisticsCells(
  numbers: CensusNumbers,
  unit: number,
  classes?: readonly number[],
): (number | null)[] {
  const { photos, mean, deviation, low, high, zeros, valueMean, valueDeviation, quantiles } =
    unitStatistics(numbers, unit, classes);
  return [photos, mean, deviation, low, high, zeros, valueMean, valueDeviation, ...quantiles];
}

function photoTable(numbers: CensusNumbers): DataTable {
  const { part, layers, classNames, units } = numbers;
  const names = [...part.names.values()];
  const nameOf = new Map([...part.names.keys()].map((photo, i) => [photo, i]));
  const words = {
    ...{ layer: addressesOf(numbers), list: lists, photo: names, class: classNames },
  };
  const rows = units * lists.reduce((sum, list) => sum + part[list].count, 0);
  const table = new FilledColumns("photos", censusSchema.photos, rows, { words });
  for (const [l, layer] of layers.entries())
    for (let u = 0; u < layer.units; u++)
      for (const [name, list] of lists.entries()) {
        const { count, photos, classes, values, places, boxes } = part[list];
        for (let rank = 0; rank < count; rank++) {
          const i = (layer.first + u) * count + rank;
          const [place, box] = [2 * i, 4 * i];
          table.add(
            l,
            u,
            name,
            rank,
            nameOf.get(photos[i]!)!,
            photos[i]!,
            classes[i]!,
            values[i]!,
            places[place]!,
            places[place + 1]!,
            boxes[box]!,
            boxes[box + 1]!,
            boxes[box + 2]!,
            boxes[box + 3]!,
          );
        }
      }
  return table.table();
}

function histogramTable(numbers: CensusNumbers): DataTable {
  const { layers, classNames, units } = numbers;
  const words = { layer: addressesOf(numbers), class: classNames };
  // All classes, then each.
  const groups = [undefined, ...[...classNames.keys()].map((c) => [c])];
  const rows = units * groups.length * bins;
  const table = new FilledColumns("histograms", censusSchema.histograms, rows, { words });
  for (const [l, layer] of layers.entries())
    for (let u = 0; u < layer.units; u++)
      for (const classes of groups) {
        const sketch = sketchOfClasses(numbers, layer.first + u, classes);
        const { edges, counts } = histogram(sketch, numbers.part.sketches.bits, bins);
        const c = classes?.[0] ?? none;
        table.addRows(
          bins,
          ...[l, u, c, numbersOfBins, edges.subarray(0, bins), edges.subarray(1), counts],
        );
      }
  return table.table();
}

function duplicateTable(numbers: CensusNumbers): DataTable {
  const { layers } = numbers;
  const found = layers.map((layer) => likenessOf(numbers, layer)?.pairs ?? []);
  const words = { layer: addressesOf(numbers) };
  const rows = found.reduce((sum, { length }) => sum + length, 0);
  const table = new FilledColumns("duplicates", censusSchema.duplicates, rows, { words });
  for (const [l, pairs] of found.entries())
    for (const { a, b, correlation } of pairs) table.add(l, a, b, correlation);
  return table.table();
}

const addressesOf = ({ layers }: CensusNumbers): string[] => layers.map(({ address }) => address);
