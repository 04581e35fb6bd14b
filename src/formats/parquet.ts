import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { schemaFromColumnData } from "hyparquet-writer/src/schema.js";
import { writeChunk } from "./parquet-chunk.ts";
import { type ParquetColumn, plainColumn } from "./parquet-columns.ts";

/** Rows that are written together. */
const groupSize = 100_000;

/**
 * A table as Apache Parquet, as DuckDB, pandas and Spark read it. The same table is the same bytes.
 *
 * @param about words that travel in the file's metadata; `striate` is the version that writes it
 */
export function writeParquet(
  columns: readonly ParquetColumn[],
  about: Readonly<Record<string, string>> & { readonly striate: string },
): Uint8Array {
  const writer = new ByteWriter();
  const plain = columns.map(plainColumn);
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({
      columnData: plain.map(({ name, type, isOptional }) => ({
        ...{ name, type, data: [], nullable: isOptional },
      })),
    }),
    kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
    createdBy: `striate ${about.striate}`,
  });
  const rows = plain[0]?.numbers.length ?? 0;
  for (let from = 0; from < rows; from += groupSize) {
    const to = Math.min(rows, from + groupSize);
    const chunks = plain.map((column) => writeChunk(writer, column, from, to));
    const bytes = chunks.reduce(
      (sum, { meta_data }) => sum + meta_data!.total_uncompressed_size,
      0n,
    );
    file.row_groups.push({ columns: chunks, total_byte_size: bytes, num_rows: BigInt(to - from) });
  }
  file.num_rows = BigInt(rows);
  void file.finish();
  return writer.getBytes();
}
