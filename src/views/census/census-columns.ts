import type { DataColumn, DataTable } from "../define-view.ts";
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
const numbersOfBins = Array.from({ length: bins }, (_, bin) => bin);

/** The tables of a census, row by row in the order of layers, units and classes. */
export function* censusColumns(numbers: CensusNumbers): Generator<DataTable> {
  yield unitTable(numbers);
  yield photoTable(numbers);
  yield histogramTable(numbers);
  yield duplicateTable(numbers);
}

type Cell = number | string | boolean | null;

/** What holds the numbers of a column without nulls. */
const typed = { INT32: Int32Array, FLOAT: Float32Array, DOUBLE: Float64Array } as const;
type Numbers = Int32Array | Float32Array | Float64Array;

/** The columns of a table as they are filled. */
class Columns {
  readonly #name: keyof typeof censusSchema;
  readonly #columns: { name: string; type: Type; values: Cell[] | Numbers }[];
  #rows = 0;

  /** @param rows how many there will be, where none of their numbers is null */
  constructor(name: keyof typeof censusSchema, rows?: number) {
    const schema: Readonly<Record<string, Type>> = censusSchema[name];
    this.#name = name;
    this.#columns = Object.entries(schema).map(([column, type]) => ({
      ...{ name: column, type },
      // bounded: where a census is planned
      values:
        rows !== undefined && type !== "STRING" && type !== "BOOLEAN" ? new typed[type](rows) : [],
    }));
  }

  /** A row, in the order of the schema. */
  add(...cells: Cell[]): void {
    this.addRows(1, ...cells);
  }

  /** Rows: of each column what stands in all of them, or a list of what stands in each. */
  addRows(rows: number, ...cells: (Cell | ArrayLike<Cell>)[]): void {
    cells.forEach((cell, i) => {
      const { values } = this.#columns[i]!;
      const isList = typeof cell === "object" && cell !== null;
      if (Array.isArray(values))
        for (let row = 0; row < rows; row++) values.push(isList ? cell[row]! : cell);
      else if (isList) values.set(cell as ArrayLike<number>, this.#rows);
      else values.fill(cell as number, this.#rows, this.#rows + rows);
    });
    this.#rows += rows;
  }

  addRecord(row: Row): void {
    for (const { name, values } of this.#columns) (values as Cell[]).push(row[name] ?? null);
    this.#rows++;
  }

  table(): DataTable {
    return { name: this.#name, columns: this.#columns };
  }
}

function unitTable(numbers: CensusNumbers): DataTable {
  const table = new Columns("units");
  for (const row of unitRows(numbers)) table.addRecord(row);
  return table.table();
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

function photoTable({ part, layers, classNames, units }: CensusNumbers): DataTable {
  const listed = part.top.count + part.bottom.count + part.sample.count;
  const table = new Columns("photos", units * listed);
  for (const layer of layers)
    for (let u = 0; u < layer.units; u++)
      for (const name of ["top", "bottom", "sample"] as const) {
        const { count, photos, classes, values, places, boxes } = part[name];
        const from = (layer.first + u) * count;
        const indices = photos.subarray(from, from + count);
        const each = (numbers: Int32Array, width: number, at: number) =>
          Array.from(indices, (_, rank) => numbers[width * (from + rank) + at]!);
        table.addRows(
          count,
          ...[layer.address, u, name, Array.from(indices, (_, rank) => rank)],
          Array.from(indices, (index) => part.names.get(index)!),
          indices,
          Array.from(indices, (_, rank) => classNames[classes[from + rank]!]!),
          values.subarray(from, from + count),
          ...[0, 1].map((at) => each(places, 2, at)),
          ...[0, 1, 2, 3].map((at) => each(boxes, 4, at)),
        );
      }
  return table.table();
}

function histogramTable(numbers: CensusNumbers): DataTable {
  const { layers, classNames, bits, units } = numbers;
  const groups = [
    { name: null, classes: [...classNames.keys()] },
    ...classNames.map((name, c) => ({ name, classes: [c] })),
  ];
  const table = new Columns("histograms", units * groups.length * bins);
  for (const layer of layers)
    for (let u = 0; u < layer.units; u++)
      for (const { name, classes } of groups) {
        const sketch = sketchOfClasses(numbers, layer.first + u, classes);
        const { edges, counts } = histogram(sketch, bits, bins);
        const sides = [edges.slice(0, bins), edges.slice(1)];
        table.addRows(bins, layer.address, u, name, numbersOfBins, ...sides, counts);
      }
  return table.table();
}

function duplicateTable(numbers: CensusNumbers): DataTable {
  const table = new Columns("duplicates");
  for (const layer of numbers.layers) {
    const matrix = correlations(numbers, layer);
    if (matrix)
      for (const { a, b, correlation } of nearDuplicates(matrix, layer.units, numbers.asks.alike))
        table.add(layer.address, a, b, correlation);
  }
  return table.table();
}
