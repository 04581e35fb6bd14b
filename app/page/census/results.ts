import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { type GivenFile, isResult } from "../state/dropped-files.ts";

/** A unit of a layer over all photos, or over those of one class: a row of units.parquet. */
export type UnitRow = Readonly<Record<string, string | number | boolean | null>>;

/** A photo in one of a unit's lists: a row of a census' photos.parquet. */
export interface ListedPhoto {
  readonly list: "top" | "bottom" | "sample";
  readonly rank: number;
  readonly photo: string;
  readonly class: string;
  readonly value: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A bin of a unit's histogram. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly photos: number;
}

/** A photo on the map: a row of an embedding's photos.parquet. */
export interface MapPhoto {
  readonly photo: string;
  readonly class: string;
  readonly x: number;
  readonly y: number;
  readonly apart: number;
}

/** What `striate census` wrote. */
export interface CensusResults {
  readonly summary: { readonly file: string; readonly data: string; readonly value: string };
  readonly classes: readonly string[];
  readonly layers: readonly string[];
  readonly units: readonly UnitRow[];
  /** The photos of a unit's lists. */
  photosOf(unit: UnitRow): Promise<readonly ListedPhoto[]>;
  /** The distribution of a unit's values, of all photos. */
  histogramOf(unit: UnitRow): Promise<readonly Bin[]>;
}

/** What `striate embed` wrote. */
export interface EmbedResults {
  readonly summary: { readonly file: string; readonly data: string; readonly layer: string };
  readonly photos: readonly MapPhoto[];
  /** Rows of the nearest photos, the nearest first. */
  nearest(row: number): Promise<readonly { readonly photo: string; readonly distance: number }[]>;
}

export interface Results {
  readonly census?: CensusResults;
  readonly embed?: EmbedResults;
}

/** Rows that a page can hold and sort. */
const mostRows = 2_000_000;

/**
 * Reads what `striate census` and `striate embed` wrote into a folder. Lists and histograms are read when a unit
 * is looked at.
 *
 * @throws Error in a sentence where a file is missing or no table
 */
export async function openResults(files: readonly GivenFile[]): Promise<Results> {
  const summaries = files.filter(isResult);
  if (summaries.length === 0)
    throw new Error(
      "holds no census.json and no embed.json: give the folder that striate census or striate embed wrote",
    );
  const found: { census?: CensusResults; embed?: EmbedResults } = {};
  for (const { path, file } of summaries) {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const table = (name: string) => {
      const given = files.find((each) => each.path === `${folder}${name}.parquet`);
      if (given === undefined) throw new Error(`${folder}${name}.parquet is missing`);
      return bufferOf(given.file);
    };
    const summary: unknown = JSON.parse(await file.text());
    if (path.endsWith("census.json")) found.census ??= await openCensus(summary as never, table);
    else found.embed ??= await openEmbed(summary as never, table);
  }
  return found;
}

type Tables = (name: string) => AsyncBuffer;

const bufferOf = (file: Blob): AsyncBuffer => ({
  byteLength: file.size,
  slice: (from, to) => file.slice(from, to ?? file.size).arrayBuffer(),
});

async function openCensus(
  summary: CensusResults["summary"],
  table: Tables,
): Promise<CensusResults> {
  const rows = await rowsOf(table("units"));
  const units = rows.filter((row) => row["class"] === null);
  const classes = [...new Set(rows.map((row) => row["class"]))].filter(
    (name): name is string => typeof name === "string",
  );
  const numbers = new Map(units.map((row, i) => [`${row["layer"]} ${row["unit"]}`, i]));
  // Every unit has as many rows, in the order of the units.
  const part = async <T>(file: AsyncBuffer, unit: UnitRow, take = 1): Promise<T[]> => {
    const count = Number((await parquetMetadataAsync(file)).num_rows) / units.length;
    const from = numbers.get(`${unit["layer"]} ${unit["unit"]}`)! * count;
    return rowsOf(file, { rowStart: from, rowEnd: from + count * take }) as Promise<T[]>;
  };
  return {
    summary,
    classes,
    layers: [...new Set(units.map((row) => String(row["layer"])))],
    units: rows,
    photosOf: (unit) => part<ListedPhoto>(table("photos"), unit),
    // Of all photos first, then of each class.
    histogramOf: (unit) => part<Bin>(table("histograms"), unit, 1 / (classes.length + 1)),
  };
}

async function openEmbed(summary: EmbedResults["summary"], table: Tables): Promise<EmbedResults> {
  const photos = (await rowsOf(table("photos"))) as unknown as MapPhoto[];
  return {
    summary,
    photos,
    async nearest(row) {
      const file = table("neighbours");
      const count = Number((await parquetMetadataAsync(file)).num_rows) / photos.length;
      const range = { rowStart: row * count, rowEnd: (row + 1) * count };
      const rows = await rowsOf(file, range);
      return rows.map(({ neighbour, distance }) => ({
        photo: String(neighbour),
        distance: Number(distance),
      }));
    },
  };
}

async function rowsOf(
  file: AsyncBuffer,
  range: { rowStart?: number; rowEnd?: number } = {},
): Promise<UnitRow[]> {
  const metadata = await parquetMetadataAsync(file);
  if (range.rowEnd === undefined && Number(metadata.num_rows) > mostRows)
    throw new Error(`${metadata.num_rows} rows are too many for a page; open them with DuckDB`);
  const rows: Record<string, unknown>[] = await parquetReadObjects({ file, metadata, ...range });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === "bigint" ? Number(value) : (value ?? null),
      ]),
    ),
  ) as UnitRow[];
}

/** Sorts rows by a column; those without a value come last, whichever way. */
export function sorted(rows: readonly UnitRow[], column: string, down: boolean): UnitRow[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column] ?? null, b[column] ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    if (typeof x === "string" && typeof y === "string") return sign * (x < y ? -1 : x > y ? 1 : 0);
    return sign * (Number(x) - Number(y));
  });
}
