import { readFileSync, readdirSync, writeFileSync } from "node:fs";

/** What editors show stands in the modules that the index names: comments of the others stay at home. */
export function withoutInnerComments(folder) {
  const index = readFileSync(`${folder}/index.d.ts`, "utf8");
  const named = new Set(
    [...index.matchAll(/from "\.\/([^"]+)\.ts"/g)].map(([, path]) => `${path}.d.ts`),
  );
  for (const path of readdirSync(folder, { recursive: true })) {
    const file = `${folder}/${path}`;
    if (!path.endsWith(".d.ts") || path === "index.d.ts" || named.has(path)) continue;
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm, ""));
  }
}
