import { printable } from "./printable.ts";

/** A column of a text table: its title, and whether its cells are numbers (then they stand right). */
export interface Column {
  title: string;
  right?: boolean;
  /** Whether its cells are several numbers, as a shape: they stand left, and are cut last of all. */
  numbers?: boolean;
}

/**
 * A table in plain text, two spaces between columns, a rule under the titles. A name in a cell never ends its
 * line; where a table is wider than `width`, titles of numbers and the widest columns of text are cut in their middle.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string {
  const titles = columns.map(({ title }) => printable(title));
  const shown = rows.map((cells) => columns.map((_, i) => printable(cells[i] ?? "")));
  const cells = columns.map((_, i) =>
    shown.reduce((most, row) => Math.max(most, displayWidth(row[i]!)), 1),
  );
  const widths = columns.map((_, i) => Math.max(cells[i]!, displayWidth(titles[i]!)));
  const isText = (i: number) => !columns[i]!.right;
  const isCut = (i: number) => isText(i) && !columns[i]!.numbers;
  const title = (least: number) => (i: number) =>
    isText(i) ? widths[i]! : Math.max(cells[i]!, least);
  narrow(widths, width, title(narrowest));
  narrow(widths, width, (i) => (isCut(i) ? narrowest : widths[i]!));
  narrow(widths, width, (i) => (isText(i) ? narrowest : widths[i]!));
  narrow(widths, width, title(1));
  const line = (texts: readonly string[]): string =>
    columns
      .map((column, i) => {
        const cell = cutMiddle(texts[i]!, widths[i]!);
        // bounded: columns are cut to the terminal
        const space = " ".repeat(Math.max(0, widths[i]! - displayWidth(cell)));
        return column.right ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  // bounded: columns are cut to the terminal
  const rule = widths.map((each) => "─".repeat(each)).join("──");
  return [line(titles), rule, ...shown.map(line)].join("\n");
}

/** No column of text becomes narrower. */
const narrowest = 8;

/** Takes the widest columns together until all fit. @param least how narrow a column may become */
function narrow(widths: number[], width: number, least: (i: number) => number): void {
  const sum = () => widths.reduce((total, each) => total + each, 2 * (widths.length - 1));
  while (sum() > width) {
    const open = widths.flatMap((each, i) => (each <= least(i) ? [] : [i]));
    if (open.length === 0) return;
    const [first] = open.sort((i, k) => widths[k]! - widths[i]!);
    widths[first!]!--;
  }
}

function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = [...text];
  let keep = width - 1;
  const cut = () =>
    `${characters.slice(0, Math.floor(keep / 2)).join("")}…${characters.slice(characters.length - Math.ceil(keep / 2)).join("")}`;
  while (keep > 0 && displayWidth(cut()) > width) keep--;
  return cut();
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
