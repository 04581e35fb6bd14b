import { readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { ParquetColumn } from "./parquet-columns.ts";
import { sampleTable } from "./parquet.samples.ts";
import { parquetPieces, writeParquet } from "./parquet.ts";

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
      ...{ index: "INTEGER", low: "DOUBLE", mean: "DOUBLE", value: "FLOAT", dead: "BOOLEAN" },
    });
  });

  it("is the same whether a column says what repeats and what is not there, or not", () => {
    const same = sampleTable.map((column): ParquetColumn => {
      const cells = Array.from(column.values as ArrayLike<unknown>);
      if (column.name === "class") {
        const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : 1));
        return { ...column, values: { words: ["not used", "Käse"], codes } };
      }
      if (column.name !== "mean") return column;
      const numbers = Float64Array.from(cells, (cell) => Number(cell ?? NaN));
      const isThere = Uint8Array.from(cells, (cell) => Number(cell !== null));
      return { ...column, values: { numbers, isThere } };
    });
    expect(Buffer.compare(writeParquet(same, { striate: "0" }), written)).toBe(0);
  });

  it("of many columns is made group by group, of columns that are made with it too", async () => {
    const rows = Array.from({ length: 2500 }, (_, i) => i);
    const names = rows.map((i) => `photo ${i % 900}`);
    const half = Float32Array.from(rows, (i) => i / 2);
    const made = (values: typeof names | typeof half) => ({
      length: 2500,
      part: (from: number, to: number) => values.slice(from, to),
    });
    const columns = (is: (values: typeof names | typeof half) => ParquetColumn["values"]) => [
      ...[{ name: "name", type: "STRING", values: is(names) } as const],
      ...rows
        .slice(0, 3000)
        .map((i) => ({ name: `v${i}`, type: "FLOAT", values: is(half) }) as const),
    ];
    const pieces = [...parquetPieces(columns(made), { striate: "0" })];
    // Two groups and the end, where the place of each column stands.
    expect(pieces).toHaveLength(3);
    const bytes = writeParquet(
      columns((values) => values),
      { striate: "0" },
    );
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const file = new Uint8Array(bytes).buffer as ArrayBuffer;
    const read = await parquetReadObjects({ file, columns: ["name", "v7"] });
    expect(read).toEqual(rows.map((i) => ({ name: names[i], v7: half[i] })));
  });

  it("has rows beyond one group of them", async () => {
    const rows = 100_020;
    const bytes = writeParquet(
      [
        { name: "unit", type: "INT32", values: Int32Array.from({ length: rows }, (_, i) => i % 7) },
        { name: "r", type: "DOUBLE", values: Float64Array.from({ length: rows }, (_, i) => i / 9) },
      ],
      { striate: "0" },
    );
    const file = new Uint8Array(bytes).buffer as ArrayBuffer;
    const read = await parquetReadObjects({ file, rowStart: 99_990, rowEnd: 100_010 });
    expect(read).toHaveLength(20);
    read.forEach(({ unit, r }, i) => {
      if (unit !== (99_990 + i) % 7 || r !== (99_990 + i) / 9) expect({ i, unit, r }).toBe(i);
    });
  });

  it("says which column holds what no whole number of 32 bits is", () => {
    const column: ParquetColumn = { name: "unit", type: "INT32", values: [1, null, 2 ** 31] };
    expect(() => writeParquet([column], { striate: "0" })).toThrow(
      'column "unit": 2147483648 is no whole number of 32 bits',
    );
  });

  it("comes back as it was, the empty one too", async () => {
    const read = (bytes: Uint8Array) =>
      parquetReadObjects({ file: new Uint8Array(bytes).buffer as ArrayBuffer });
    const rows = await read(written);
    expect(rows).toHaveLength(43);
    expect(rows[1]).toEqual({
      ...{ layer: "conv2d_1", class: "Käse", unit: -19, index: 50_000_000, low: -1 / 3 },
      ...{ nearest: 1, mean: 1 / 3 },
      ...{ value: Math.fround(1 / 7), dead: false },
    });
    const empty = sampleTable.map((column) => ({ ...column, values: [] }));
    expect(await read(writeParquet(empty, { striate: "0" }))).toEqual([]);
  });
});
