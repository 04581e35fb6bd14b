import type { ParquetColumn } from "../../formats/parquet-columns.ts";
import type { DataTable } from "../define-view.ts";
import type { Embedding } from "./embedding.ts";
import { type NeighbourTable, neighbourRows } from "./neighbour-table.ts";

/** The tables of an embedding: docs/embeddings.md says what they hold. They are made while they are written. */
export function* embedTables(found: Embedding): Generator<DataTable> {
  const { part, classNames, places, apart, neighbours, duplicates, leaks, near } = found;
  const { count } = neighbours;
  const rows = part.photos.length;
  const pairs = neighbours.length * count;
  const leaking = new Set(leaks);
  const nearAt = pairsOf(neighbours);
  yield {
    name: "photos",
    columns: [
      column("photo", "STRING", rows, (row) => part.names.at(row)),
      column("index", "INT32", rows, (row) => part.photos[row]!),
      column("class", "STRING", rows, (row) => classNames[part.classes[row]!] ?? ""),
      column("split", "STRING", rows, (row) => part.splits.at(row)),
      column("x", "DOUBLE", rows, (row) => places[2 * row]!),
      column("y", "DOUBLE", rows, (row) => places[2 * row + 1]!),
      column("apart", "DOUBLE", rows, (row) => apart[row]!),
    ],
  };
  yield {
    name: "neighbours",
    columns: [
      column("photo", "STRING", pairs, (at) => part.names.at(Math.floor(at / count))),
      column("rank", "INT32", pairs, (at) => at % count),
      column("neighbour", "STRING", pairs, (at) => part.names.at(nearAt(at).row)),
      column("distance", "DOUBLE", pairs, (at) => nearAt(at).distance),
    ],
  };
  yield {
    name: "pairs",
    columns: [
      column("a", "STRING", duplicates.length, (i) => part.names.at(duplicates[i]!.a)),
      column("b", "STRING", duplicates.length, (i) => part.names.at(duplicates[i]!.b)),
      column("cosine", "DOUBLE", duplicates.length, (i) => duplicates[i]!.cosine),
      column("leak", "BOOLEAN", duplicates.length, (i) => leaking.has(duplicates[i]!)),
    ],
  };
  const { vectors } = part;
  // Columns ask for the same rows one after the other.
  let held = { from: 0, to: 0, data: vectors.block(0, 0) };
  const rowsOf = (from: number, to: number): Float32Array => {
    if (held.from !== from || held.to !== to) held = { from, to, data: vectors.block(from, to) };
    return held.data;
  };
  // A column for each number: every reader of tables takes it.
  yield {
    name: "vectors",
    columns: [
      column("photo", "STRING", rows, (row) => part.names.at(row)),
      ...Array.from({ length: vectors.width }, (_, i): ParquetColumn => ({
        ...{ name: `v${i}`, type: "FLOAT" },
        values: {
          length: rows,
          part(from, to) {
            const data = rowsOf(from, to);
            // bounded: by the rows
            return Float32Array.from({ length: to - from }, (_, k) => data[k * vectors.width + i]!);
          },
        },
      })),
    ],
  };
  if (near.length === 0) return;
  const entries = near.flatMap((each) =>
    Array.from(each.rows, (row, rank) => ({ each, row, rank })),
  );
  const { length } = entries;
  yield {
    name: "near",
    columns: [
      column("photo", "STRING", length, (i) => entries[i]!.each.photo),
      column("rank", "INT32", length, (i) => entries[i]!.rank),
      column("near", "STRING", length, (i) => part.names.at(entries[i]!.row)),
      column("class", "STRING", length, (i) => classNames[part.classes[entries[i]!.row]!] ?? ""),
      column("distance", "DOUBLE", length, (i) => entries[i]!.each.distances[entries[i]!.rank]!),
    ],
  };
}

/** The pairs of a table by their numbers; those of some photos are at hand. */
function pairsOf(table: NeighbourTable) {
  let [first, block] = [-1, table.block(0, 0)];
  return (at: number) => {
    const row = Math.floor(at / table.count);
    const from = row - (row % neighbourRows);
    if (from !== first)
      [first, block] = [from, table.block(from, Math.min(table.length, from + neighbourRows))];
    const place = at - from * table.count;
    return { row: block.rows[place]!, distance: block.distances[place]! };
  };
}

/** A column whose values are made a part at a time. */
const column = (
  name: string,
  type: ParquetColumn["type"],
  length: number,
  valueAt: (row: number) => number | string | boolean,
): ParquetColumn => ({
  ...{ name, type },
  values: {
    length,
    // bounded: by the rows
    part: (from, to) => Array.from({ length: to - from }, (_, k) => valueAt(from + k)),
  },
});
