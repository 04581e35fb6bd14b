import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles a page of test/browser into `FOLDER/site` as a user's project does, with the package as it is published.
 *
 * @param files of test/browser; the last one is the page's script
 */
export async function bundlePage(folder: string, files: readonly string[]): Promise<void> {
  const project = join(folder, "project");
  mkdirSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(root, join(project, "node_modules/striate"));
  for (const name of files)
    writeFileSync(join(project, name), readFileSync(join(root, "test/browser", name)));
  writeFileSync(
    join(project, "index.html"),
    `<!doctype html><title>striate</title><link rel="icon" href="data:,"><script type="module" src="./${files.at(-1)}"></script>`,
  );
  await build({
    root: project,
    configFile: false,
    logLevel: "error",
    base: "./",
    build: { outDir: join(folder, "site"), emptyOutDir: true, target: "es2022", minify: false },
  });
}
