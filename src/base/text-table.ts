/** A column of a text table: its title, and whether its cells are numbers (then they stand right). */
export interface Column {
  title: string;
  right?: boolean;
}

/** A table in plain text, two spaces between columns, a rule under the titles. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? "";
        const space = " ".repeat(widths[i]! - displayWidth(cell));
        return column.right ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(columns.map((column) => column.title)), rule, ...rows.map(line)].join("\n");
}

/** Columns that a text takes in a terminal: East Asian wide characters take two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(
        character,
      )
        ? 2
        : 1;
  return width;
}

/** `3,453,121` */
export const withThousands = (value: number): string =>
  String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** `13.17 MB`, in powers of 1024 as Keras prints them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(2)} ${units[unit]!}`;
}

/** `1.2 M`, `34.5 G`: a count in three digits. */
export function formatCount(count: number): string {
  for (const [unit, name] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (count >= unit) return `${(count / unit).toPrecision(3)} ${name}`;
  return String(count);
}
