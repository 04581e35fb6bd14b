import { ByteWriter, parquetWrite } from "hyparquet-writer";

/** A column of a table; null stands for what does not exist. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: "INT32" | "DOUBLE" | "FLOAT" | "STRING" | "BOOLEAN";
  readonly values: ArrayLike<number | string | boolean | null>;
}

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
  parquetWrite({
    writer,
    columnData: columns.map(({ name, type, values }) => ({ name, type, data: values as never })),
    kvMetadata: Object.entries(about).map(([key, value]) => ({
      key,
      value,
    })),
    createdBy: `striate ${about.striate}`,
  });
  return writer.getBytes();
}
