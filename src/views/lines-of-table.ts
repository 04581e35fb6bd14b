import { textTable } from "../base/text-table.ts";
import { formatNumber } from "../plot/format-number.ts";
import type { ViewTable } from "./define-view.ts";

/** The lines of a table as text; numbers in three digits. */
export function linesOfTable({ columns, rows }: ViewTable): string[] {
  const cell = (value: string | number | null): string =>
    typeof value === "number" ? formatNumber(value) : (value ?? "");
  return textTable(
    columns,
    rows.map((row) => row.map(cell)),
  ).split("\n");
}
