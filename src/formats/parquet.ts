import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { schemaFromColumnData } from "hyparquet-writer/src/schema.js";
import { joinBytes } from "../base/join-bytes.ts";
import { writeChunk } from "./parquet-chunk.ts";
import { type ParquetColumn, columnParts } from "./parquet-columns.ts";

/** Rows that are written together at most, and about how many values. */
const [groupRows, groupValues] = [100_000, 2 ** 22];

/**
 * A table as Apache Parquet, as DuckDB, pandas and Spark read it. The same table is the same bytes.
 *
 * @param about words that travel in the file's metadata; `striate` is the version that writes it
 */
export const writeParquet = (columns: readonly ParquetColumn[], about: About): Uint8Array =>
  joinBytes([...parquetPieces(columns, about)]);

type About = Readonly<Record<string, string>> & { readonly striate: string };

/** The same piece by piece: of columns that are made while they are written no more than a piece is in memory. */
export function* parquetPieces(
  columns: readonly ParquetColumn[],
  about: About,
): Generator<Uint8Array> {
  const writer = new ByteWriter();
  const parts = columns.map(columnParts);
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({
      columnData: parts.map(({ part }) => {
        const { name, type, isOptional } = part(0, 0).column;
        return { name, type, data: [], nullable: isOptional };
      }),
    }),
    kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
    createdBy: `striate ${about.striate}`,
  });
  const rows = parts[0]?.length ?? 0;
  // Pages of fewer rows would be too many.
  const group = Math.min(groupRows, Math.max(1000, Math.floor(groupValues / columns.length)));
  for (let start = 0; start < rows; start += group) {
    const end = Math.min(rows, start + group);
    const chunks = parts.map(({ part }) => {
      const { column, from } = part(start, end);
      return writeChunk(writer, column, from, from + end - start);
    });
    const bytes = chunks.reduce(
      (sum, { meta_data }) => sum + meta_data!.total_uncompressed_size,
      0n,
    );
    file.row_groups.push({
      columns: chunks,
      total_byte_size: bytes,
      num_rows: BigInt(end - start),
    });
    yield written(writer);
  }
  file.num_rows = BigInt(rows);
  void file.finish();
  yield written(writer);
}

/** Takes out what was written; places in the file are counted on. */
function written(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
