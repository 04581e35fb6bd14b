import { ByteWriter, parquetWrite } from "hyparquet-writer";

/** A column of a table; null stands for what does not exist, and a typed array has none. */
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
    columnData: columns.map(({ name, type, values }) => ({
      ...{ name, type, data: values as never },
      ...(ArrayBuffer.isView(values) && { nullable: false, ...(isReal(type) && asItLies) }),
    })),
    kvMetadata: Object.entries(about).map(([key, value]) => ({
      key,
      value,
    })),
    createdBy: `striate ${about.striate}`,
  });
  return writer.getBytes();
}

const isReal = (type: ParquetColumn["type"]): boolean => type === "DOUBLE" || type === "FLOAT";

/**
 * Many real numbers hardly repeat: to look for repetitions takes longer than all else, and saves little. Their smallest
 * and largest would help a reader that looks for some of them.
 */
const asItLies = { encoding: "PLAIN", codec: "UNCOMPRESSED", statistics: false } as const;
