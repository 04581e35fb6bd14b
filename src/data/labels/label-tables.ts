import { largest, smallest } from "../../base/extremes.ts";

/**
 * Names of classes in the tables that tools keep beside their data: label maps of TensorFlow's Object
 * Detection API (`.pbtxt`), data sheets of YOLO (`.yaml`), and tables with commas (`.csv`).
 *
 * @returns undefined where a text is none of these
 */
export function namesInTable(text: string): string[] | undefined {
  return labelMap(text) ?? yamlNames(text) ?? csvNames(text);
}

/** No data set has more classes; numbers of them come from strangers. */
const mostClasses = 100_000;

/**
 * `item { id: 1 name: 'dog' display_name: "dog" }`, counted from 1. Numbers that are left out, as in
 * COCO's map, get a name that says so.
 */
function labelMap(text: string): string[] | undefined {
  if (!/^\s*(#.*\n\s*)*item\s*:?\s*\{/.test(text)) return undefined;
  const names = new Map<number, string>();
  for (const [, item = ""] of text.matchAll(/\bitem\s*:?\s*\{([^}]*)\}/g)) {
    const id = Number(/\bid\s*:\s*(\d+)/.exec(item)?.[1] ?? NaN);
    const name =
      /\bdisplay_name\s*:\s*(["'])(.*?)\1/.exec(item) ?? /\bname\s*:\s*(["'])(.*?)\1/.exec(item);
    if (!(id <= mostClasses) || name === null) return undefined;
    names.set(id, name[2]!);
  }
  const first = Math.min(smallest(names.keys()), 1);
  const last = largest(names.keys());
  // bounded: by mostClasses
  return Array.from(
    { length: last - first + 1 },
    (_, i) => names.get(first + i) ?? `class ${first + i}`,
  );
}

/** Keys under which a data sheet keeps its names. */
const yamlKey = /^(?:names|labels|classes|class_names)\s*:[ \t]*(.*)$/m;

/** `names: [cat, dog]`, or below `names:` lines such as `- cat` or `0: cat`. */
function yamlNames(text: string): string[] | undefined {
  const key = yamlKey.exec(text);
  if (key === null) return undefined;
  const rest = text.slice(key.index + key[0].length);
  const inline = /^\s*[[{]/.test(key[1]!) ? /[[{]([^\]}]*)[\]}]/.exec(text.slice(key.index)) : null;
  const entries = inline
    ? inline[1]!.split(",")
    : (/^(?:\s*\n)*((?:[ \t]*(?:-|\d+[ \t]*:|#).*(?:\n|$)|[ \t]*\n)+)/.exec(rest)?.[1] ?? "").split(
        "\n",
      );
  const names: string[] = [];
  for (const entry of entries.map((line) => line.replace(/\s#.*$|^\s*#.*$/, "").trim())) {
    if (entry === "") continue;
    const [, number, name = ""] = /^(?:-\s+|(\d+)\s*:\s*)?(.*)$/.exec(entry)!;
    if (number !== undefined && Number(number) !== names.length) return undefined;
    names.push(unquoted(name.trim()));
  }
  return names.length > 0 ? names : undefined;
}

const nameTitle =
  /^(?:class|label|category)?[ _-]?(?:name|label|class|category|sign ?name|display[ _]name)s?$/i;

/**
 * A table with a row a class: a column of the numbers 0, 1, 2, or titles that say which column holds the
 * names.
 */
function csvNames(text: string): string[] | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length < 2 || lines.length > mostClasses) return undefined;
  const separator = [",", ";", "\t"].find((each) => lines.every((line) => line.includes(each)));
  if (separator === undefined) return undefined;
  const rows = lines.map((line) => cells(line, separator));
  const width = rows[0]!.length;
  if (width < 2 || rows.some((row) => row.length !== width)) return undefined;
  for (const titled of [true, false]) {
    const body = rows.slice(titled ? 1 : 0);
    const columns = rows[0]!.map((_, i) => body.map((row) => row[i]!));
    const numbered = columns.findIndex((column) => isCount(column));
    const title = titled ? rows[0]!.findLastIndex((cell) => nameTitle.test(cell)) : -1;
    if (titled && (title < 0 || /^\d+$/.test(rows[0]![0]!))) continue;
    if (!titled && numbered < 0) continue;
    const named = title >= 0 && title !== numbered ? title : columns.findLastIndex(isText);
    if (named < 0) continue;
    const names = columns[named]!;
    if (numbered < 0) return names;
    const ordered: string[] = [];
    columns[numbered]!.forEach((number, i) => (ordered[Number(number)] = names[i]!));
    return ordered;
  }
  return undefined;
}

/** Whether cells are the numbers from 0 on, each once. */
const isCount = (column: readonly string[]): boolean =>
  column.every((cell) => /^\d+$/.test(cell) && Number(cell) < column.length) &&
  new Set(column.map(Number)).size === column.length;

const isText = (column: readonly string[]): boolean =>
  !column.every((cell) => cell === "" || Number.isFinite(Number(cell)));

/** The cells of a line; commas in quotes part nothing. */
function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (const letter of line)
    if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) {
      found.push(cell.trim());
      cell = "";
    } else cell += letter;
  return [...found, cell.trim()];
}

const unquoted = (name: string): string => name.replace(/^(['"])(.*)\1$/, "$2");
