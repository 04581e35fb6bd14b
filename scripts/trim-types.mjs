import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { posix } from "node:path";

/**
 * What editors show stands in the modules that the index names: comments of the others stay at home, and so do
 * modules whose types nothing mentions.
 */
export function trimTypes(folder) {
  const index = readFileSync(`${folder}/index.d.ts`, "utf8");
  const named = new Set(
    [...index.matchAll(/from "\.\/([^"]+)\.ts"/g)].map(([, path]) => `${path}.d.ts`),
  );
  const mentioned = reachedFrom(folder, "index.d.ts");
  for (const path of readdirSync(folder, { recursive: true })) {
    const file = `${folder}/${path}`;
    if (!path.endsWith(".d.ts") || path === "index.d.ts" || named.has(path)) continue;
    if (!mentioned.has(path)) {
      rmSync(file);
      continue;
    }
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm, ""));
  }
}

/** The declarations that one imports, and those that these import. */
function reachedFrom(folder, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const text = readFileSync(`${folder}/${path}`, "utf8");
  for (const [, to] of text.matchAll(/(?:from |import\(|import )"(\.[^"]+)\.ts"/g))
    reachedFrom(folder, posix.join(posix.dirname(path), `${to}.d.ts`), found);
  return found;
}
