import { textTable } from "../base/text-table.ts";
import { formatNumber } from "../plot/format-number.ts";
import type { ViewTable } from "./define-view.ts";

/** The lines of a table as text; numbers in three digits. @param width columns that it may take */
export function linesOfTable({ columns, rows }: ViewTable, width = Infinity): string[] {
  const cell = (value: string | number | null): string =>
    typeof value === "number" ? formatNumber(value) : (value ?? "");
  return textTable(
    columns,
    rows.map((row) => row.map(cell)),
    width,
  ).split("\n");
}
