import { maybeJson } from "../../base/parse-json.ts";
import { namesInTable } from "./label-tables.ts";

/**
 * Names of classes from a text: one a line, or separated by commas on one line. The number that
 * Teachable Machine and others write in front (`0 cat`, `0: 'tench'`) and a WordNet id are taken off.
 * JSON is read in the forms that are met beside models: a list, a list under `labels` (TF.js'
 * metadata.json), a table of number to name, of name to number (Keras' `class_indices`), or of number to
 * id and name (Keras' imagenet_class_index.json). So are CSV tables, YAML and label maps (.pbtxt).
 *
 * @returns the names in the order of the network's outputs; none where there are no names
 */
export function parseLabels(text: string): string[] {
  const plain = text.replace(/^\uFEFF/, "");
  const value = /^\s*[{[]/.test(plain) ? maybeJson(plain) : undefined;
  if (typeof value === "object" && value !== null) return labelsIn(value, 0) ?? [];
  const table = namesInTable(plain);
  if (table) return table;
  const lines = plain
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[{}]$/.test(line));
  if (lines.length === 1 && lines[0]!.includes(",") && !/^n\d{8} /.test(lines[0]!))
    return lines[0]!.split(",").map((name) => name.trim());
  const numbered = lines.every((line, i) => new RegExp(`^\\{?\\s*${i}\\s*[:\\s]`).test(line));
  return lines.map((line) => {
    const bare = numbered ? line.replace(/^\{?\s*\d+\s*:?\s*/, "") : line;
    return withoutEnd(bare.replace(/^n\d{8}\s+/, ""), ",}").replace(/^(['"])(.*)\1$/, "$2");
  });
}

/** A text without these letters at its end. (As a regular expression it takes the square of a run's length.) */
function withoutEnd(text: string, letters: string): string {
  let end = text.length;
  while (end > 0 && letters.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Keys under which files keep their list of names. */
const listKeys = [
  "labels",
  "classes",
  "class_names",
  "wordLabels",
  "names",
  "class_indices",
  "categories",
];

function labelsIn(value: object, depth: number): string[] | undefined {
  if (Array.isArray(value))
    return value.every((item) => typeof item === "string") ? value : namesInRows(value);
  const table = value as Record<string, unknown>;
  const key = listKeys.find((name) => typeof table[name] === "object" && table[name] !== null);
  if (key !== undefined && depth === 0) return labelsIn(table[key] as object, depth + 1);
  const entries = Object.entries(table);
  const byNumber = entries.map(([number, name]): [unknown, unknown] => [
    /^\d+$/.test(number) ? Number(number) : undefined,
    Array.isArray(name) ? name.at(-1) : name,
  ]);
  return inOrder(byNumber) ?? inOrder(entries.map(([name, number]) => [number, name]));
}

/** `[{ "id": 0, "name": "cat" }, ...]`; COCO's categories count from 1. */
function namesInRows(rows: readonly unknown[]): string[] | undefined {
  const entries = rows.map((row): [unknown, unknown] => {
    const { id, index, name, label } = (row ?? {}) as Record<string, unknown>;
    return [id ?? index, name ?? label];
  });
  const isFromOne = !entries.some(([number]) => number === 0);
  return inOrder(entries.map(([number, name]) => [Number(number) - (isFromOne ? 1 : 0), name]));
}

/** The names of a table whose numbers are 0, 1, 2 and so on, in whatever order. */
function inOrder(entries: readonly (readonly [number: unknown, name: unknown])[]) {
  const names: string[] = [];
  for (const [number, name] of entries) {
    if (typeof name !== "string" || !Number.isInteger(number)) return undefined;
    const place = number as number;
    if (place < 0 || place >= entries.length || names[place] !== undefined) return undefined;
    names[place] = name;
  }
  return names;
}
