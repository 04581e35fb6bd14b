import type { DataTable } from "../define-view.ts";
import type { Embedding } from "./embedding.ts";

/** The tables of an embedding: docs/embeddings.md says what they hold. */
export function* embedTables(found: Embedding): Generator<DataTable> {
  const { part, classNames, places, apart, neighbours, duplicates, leaks, near } = found;
  const rows = [...part.photos.keys()];
  const { count } = neighbours;
  const leaking = new Set(leaks);
  const text = (name: string, values: string[]) => ({ name, type: "STRING", values }) as const;
  const whole = (name: string, values: number[]) => ({ name, type: "INT32", values }) as const;
  const real = (name: string, values: number[]) => ({ name, type: "DOUBLE", values }) as const;
  yield {
    name: "photos",
    columns: [
      text("photo", [...part.names]),
      whole("index", [...part.photos]),
      text(
        "class",
        rows.map((row) => classNames[part.classes[row]!] ?? ""),
      ),
      text("split", [...part.splits]),
      real(
        "x",
        rows.map((row) => places[2 * row]!),
      ),
      real(
        "y",
        rows.map((row) => places[2 * row + 1]!),
      ),
      real("apart", [...apart]),
    ],
  };
  const pairs = [...neighbours.rows.keys()];
  yield {
    name: "neighbours",
    columns: [
      text(
        "photo",
        pairs.map((at) => part.names[Math.floor(at / count)]!),
      ),
      whole(
        "rank",
        pairs.map((at) => at % count),
      ),
      text(
        "neighbour",
        pairs.map((at) => part.names[neighbours.rows[at]!]!),
      ),
      real("distance", [...neighbours.distances]),
    ],
  };
  yield {
    name: "pairs",
    columns: [
      text(
        "a",
        duplicates.map(({ a }) => part.names[a]!),
      ),
      text(
        "b",
        duplicates.map(({ b }) => part.names[b]!),
      ),
      real(
        "cosine",
        duplicates.map(({ cosine }) => cosine),
      ),
      { name: "leak", type: "BOOLEAN", values: duplicates.map((each) => leaking.has(each)) },
    ],
  };
  const { vectors, width } = part;
  // A column for each number: every reader of tables takes it.
  yield {
    name: "vectors",
    columns: [
      text("photo", [...part.names]),
      ...Array.from({ length: width }, (_, i) => ({
        name: `v${i}`,
        type: "FLOAT" as const,
        values: Float32Array.from(rows, (row) => vectors[row * width + i]!),
      })),
    ],
  };
  if (near.length === 0) return;
  const entries = near.flatMap((each) =>
    Array.from(each.rows, (row, rank) => ({ each, row, rank })),
  );
  yield {
    name: "near",
    columns: [
      text(
        "photo",
        entries.map(({ each }) => each.photo),
      ),
      whole(
        "rank",
        entries.map(({ rank }) => rank),
      ),
      text(
        "near",
        entries.map(({ row }) => part.names[row]!),
      ),
      text(
        "class",
        entries.map(({ row }) => classNames[part.classes[row]!] ?? ""),
      ),
      real(
        "distance",
        entries.map(({ each, rank }) => each.distances[rank]!),
      ),
    ],
  };
}
