#!/usr/bin/env node
// The picture of folders and their arrows in docs/architecture.md, from the imports of the sources.
// `--check` says whether it is out of date, and writes nothing.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join, normalize } from "node:path";

const root = fileURLToPath(new URL("../", import.meta.url));
const page = join(root, "docs/architecture.md");
const [begin, end] = ["<!-- folders: begin -->", "<!-- folders: end -->"];

/** The folder that a file of src/ belongs to: its first one, but the two engines' own. */
const folderOf = (path) => /^runtime\/(node|web)/.exec(path)?.[0] ?? path.split("/")[0];

/** Folder to the folders that its files import. Tests and the door itself (files in src/) are left out. */
function arrows() {
  const found = new Map();
  const source = join(root, "src");
  for (const file of readdirSync(source, { recursive: true }).map((path) =>
    path.replaceAll("\\", "/"),
  )) {
    if (!/^[^/]+\/.*\.ts$/.test(file) || /\.(test|samples|contract|d)\.ts$/.test(file)) continue;
    const from = folderOf(file);
    if (!found.has(from)) found.set(from, new Set());
    const text = readFileSync(join(source, file), "utf8");
    for (const [, target] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+|#\w+)"/g)) {
      const to = target.startsWith("#")
        ? target.slice(1)
        : folderOf(normalize(join(file, "..", target)).replaceAll("\\", "/"));
      if (to !== from && !to.endsWith(".ts") && to !== "..") found.get(from).add(to);
    }
  }
  return found;
}

/** Whether a way leads from one folder to another without the direct arrow. */
function leads(all, from, to) {
  const seen = new Set([from]);
  const open = [...(all.get(from) ?? [])].filter((next) => next !== to);
  while (open.length > 0) {
    const at = open.pop();
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(all.get(at) ?? []));
  }
  return false;
}

/** The arrows without those that others imply, as a Mermaid chart. */
function chart() {
  const all = arrows();
  const id = (folder) => folder.replace(/\W/g, "_");
  const lines = [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([from, targets]) =>
      [...targets]
        .filter((to) => !leads(all, from, to))
        .sort()
        .map((to) => `  ${id(from)}["${from}"] --> ${id(to)}["${to}"]`),
    );
  return ["```mermaid", "flowchart TD", ...lines, "```"].join("\n");
}

const text = readFileSync(page, "utf8");
const [at, until] = [text.indexOf(begin), text.indexOf(end)];
if (at < 0 || until < at) throw new Error(`docs/architecture.md lacks ${begin} ... ${end}`);
const fresh = `${text.slice(0, at + begin.length)}\n\n${chart()}\n\n${text.slice(until)}`;
if (fresh !== text) {
  if (process.argv.includes("--check")) {
    console.error(
      "docs/architecture.md: the picture of the folders is out of date; npm run docs makes it anew",
    );
    process.exitCode = 1;
  } else writeFileSync(page, fresh);
}
