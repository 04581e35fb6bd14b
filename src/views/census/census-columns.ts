import type { DataColumn, DataTable } from "../define-view.ts";
import type { RankedPhotos } from "./ranked-photos.ts";
import { histogram } from "./sketch.ts";
import {
  type CensusNumbers,
  correlations,
  isDead,
  isSaturated,
  nearDuplicates,
  passMeans,
  quantileShares,
  selectivity,
  sketchOfClasses,
  unitStatistics,
} from "./statistics.ts";

type Row = Readonly<Record<string, number | string | boolean | null>>;
type Type = DataColumn["type"];

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

/** The tables of a census, row by row in the order of layers, units and classes. */
export function* censusColumns(numbers: CensusNumbers): Generator<DataTable> {
  yield table("units", unitRows(numbers));
  yield table("photos", photoRows(numbers));
  yield table("histograms", histogramRows(numbers));
  yield table("duplicates", duplicateRows(numbers));
}

function table(name: keyof typeof censusSchema, rows: Iterable<Row>): DataTable {
  const schema: Readonly<Record<string, Type>> = censusSchema[name];
  const columns = Object.entries(schema).map(([column, type]) => ({
    name: column,
    type,
    values: [] as (number | string | boolean | null)[],
  }));
  for (const row of rows)
    for (const { name: column, values } of columns) values.push(row[column] ?? null);
  return { name, columns };
}

function* unitRows(numbers: CensusNumbers): Generator<Row> {
  const { classNames } = numbers;
  for (const layer of numbers.layers) {
    const matrix = correlations(numbers, layer);
    for (let u = 0; u < layer.units; u++) {
      const unit = layer.first + u;
      const { grey, shuffled } = passMeans(numbers, unit);
      yield {
        ...{ layer: layer.address, unit: u, class: null },
        ...statisticsRow(numbers, unit),
        dead: isDead(numbers, unit),
        saturated: isSaturated(numbers, layer, unit),
        ...{ grey_mean: grey, shuffled_mean: shuffled },
        ...nearestOf(matrix, layer.units, u),
      };
      for (const [c, className] of classNames.entries()) {
        const { difference, area, areaLow, areaHigh } = selectivity(numbers, unit, c);
        yield {
          ...{ layer: layer.address, unit: u, class: className },
          ...statisticsRow(numbers, unit, [c]),
          ...{ difference, auc: area, auc_low: areaLow, auc_high: areaHigh },
        };
      }
    }
  }
}

function statisticsRow(numbers: CensusNumbers, unit: number, classes?: readonly number[]): Row {
  const found = unitStatistics(numbers, unit, classes);
  return {
    photos: found.photos,
    ...{ mean: found.mean, sd: found.deviation, min: found.low, max: found.high },
    ...{ zeros: found.zeros, value_mean: found.valueMean, value_sd: found.valueDeviation },
    ...Object.fromEntries(
      quantileShares.map((share, i) => [quantileName(share), found.quantiles[i]!]),
    ),
  };
}

function nearestOf(matrix: Float64Array | undefined, units: number, u: number): Row {
  if (matrix === undefined || units < 2) return {};
  const row = matrix.subarray(u * units, (u + 1) * units);
  let nearest = u === 0 ? 1 : 0;
  row.forEach((value, b) => {
    if (b !== u && Math.abs(value) > Math.abs(row[nearest]!)) nearest = b;
  });
  return { nearest, nearest_r: row[nearest]! };
}

function* photoRows(numbers: CensusNumbers): Generator<Row> {
  const { part, layers } = numbers;
  for (const layer of layers)
    for (let u = 0; u < layer.units; u++)
      for (const list of ["top", "bottom", "sample"] as const)
        yield* rankedRows(numbers, part[list], layer.first + u, {
          ...{ layer: layer.address, unit: u, list },
        });
}

function* rankedRows(
  { part, classNames }: CensusNumbers,
  list: RankedPhotos,
  unit: number,
  about: Row,
): Generator<Row> {
  for (let rank = 0; rank < list.count; rank++) {
    const at = unit * list.count + rank;
    const index = list.photos[at]!;
    const [left, top, right, bottom] = list.boxes.subarray(4 * at, 4 * at + 4);
    yield {
      ...about,
      ...{ rank, index, photo: part.names.get(index)!, value: list.values[at]! },
      class: classNames[list.classes[at]!]!,
      ...{ row: list.places[2 * at]!, column: list.places[2 * at + 1]! },
      ...{ left: left!, top: top!, right: right!, bottom: bottom! },
    };
  }
}

function* histogramRows(numbers: CensusNumbers): Generator<Row> {
  const { layers, classNames, bits } = numbers;
  const groups = [
    { name: null, classes: [...classNames.keys()] },
    ...classNames.map((name, c) => ({ name, classes: [c] })),
  ];
  for (const layer of layers)
    for (let u = 0; u < layer.units; u++)
      for (const { name, classes } of groups) {
        const sketch = sketchOfClasses(numbers, layer.first + u, classes);
        const { edges, counts } = histogram(sketch, bits, bins);
        for (let bin = 0; bin < bins; bin++)
          yield {
            ...{ layer: layer.address, unit: u, class: name, bin, photos: counts[bin]! },
            ...{ from: edges[bin]!, to: edges[bin + 1]! },
          };
      }
}

function* duplicateRows(numbers: CensusNumbers): Generator<Row> {
  for (const layer of numbers.layers) {
    const matrix = correlations(numbers, layer);
    if (matrix)
      for (const { a, b, correlation } of nearDuplicates(matrix, layer.units, numbers.asks.alike))
        yield { layer: layer.address, a, b, r: correlation };
  }
}
