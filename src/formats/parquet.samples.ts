import type { ParquetColumn } from "./parquet-columns.ts";

/** A column of every type, with nulls. */
const rows = Array.from({ length: 43 }, (_, i) => i);
export const sampleTable: readonly ParquetColumn[] = [
  { name: "layer", type: "STRING", values: rows.map((i) => `conv2d_${i % 3}`) },
  { name: "class", type: "STRING", values: rows.map((i) => (i % 4 === 0 ? null : "Käse")) },
  { name: "unit", type: "INT32", values: Int32Array.from(rows, (i) => i - 20) },
  { name: "index", type: "INT32", values: Int32Array.from(rows, (i) => i * 50_000_000) },
  { name: "low", type: "DOUBLE", values: Float64Array.from(rows, (i) => -i / 3) },
  { name: "nearest", type: "INT32", values: rows.map((i) => (i % 5 === 0 ? null : i)) },
  { name: "mean", type: "DOUBLE", values: rows.map((i) => (i % 7 === 0 ? null : i / 3)) },
  { name: "value", type: "FLOAT", values: rows.map((i) => Math.fround(i / 7)) },
  { name: "dead", type: "BOOLEAN", values: rows.map((i) => (i % 3 === 0 ? null : i % 2 === 0)) },
];
