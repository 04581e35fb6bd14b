import { readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { sampleTable } from "./parquet.samples.ts";
import { writeParquet } from "./parquet.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/data/parquet/${name}`, import.meta.url));

describe("a Parquet file", () => {
  const written = writeParquet(sampleTable, { striate: "0" });

  it("is what pandas and DuckDB have opened: fixtures/parquet.py", () => {
    expect(Buffer.compare(written, fixture("table.parquet"))).toBe(0);
    const seen = JSON.parse(fixture("seen.json").toString()) as {
      pandas: Record<string, unknown[]>;
      duckdb: Record<string, unknown[]>;
      types: Record<string, string>;
    };
    for (const { name, values } of sampleTable) {
      expect(seen.pandas[name], name).toEqual([...(values as unknown[])]);
      expect(seen.duckdb[name], name).toEqual([...(values as unknown[])]);
    }
    expect(seen.types).toEqual({
      ...{ layer: "VARCHAR", class: "VARCHAR", unit: "INTEGER", nearest: "INTEGER" },
      ...{ mean: "DOUBLE", value: "FLOAT", dead: "BOOLEAN" },
    });
  });

  it("comes back as it was, the empty one too", async () => {
    const read = (bytes: Uint8Array) =>
      parquetReadObjects({ file: new Uint8Array(bytes).buffer as ArrayBuffer });
    const rows = await read(written);
    expect(rows).toHaveLength(40);
    expect(rows[1]).toEqual({
      ...{ layer: "conv2d_1", class: "Käse", unit: -19, nearest: 1, mean: 1 / 3 },
      ...{ value: Math.fround(1 / 7), dead: false },
    });
    const empty = sampleTable.map((column) => ({ ...column, values: [] }));
    expect(await read(writeParquet(empty, { striate: "0" }))).toEqual([]);
  });
});
