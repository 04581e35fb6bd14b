// Builds the custom element: one module that needs nothing but the library, its style within it; and its worker.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";

export async function buildElement(root, outDir) {
  await build({
    configFile: false,
    logLevel: "warn",
    root: join(root, "app/element"),
    publicDir: false,
    plugins: [svelte({ configFile: false, compilerOptions: { runes: true, css: "injected" } })],
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      minify: true,
      reportCompressedSize: false,
      lib: {
        entry: { element: "striate-maps.ts", "element-worker": "worker.ts" },
        formats: ["es"],
        fileName: (_, name) => `${name}.js`,
      },
      rolldownOptions: {
        external: ["striate"],
        output: { chunkFileNames: "chunks/element-[name]-[hash].js" },
      },
    },
  });
  // Our own build is to leave the worker's address as it is, the user's is to see it.
  const file = join(outDir, "element.js");
  const text = readFileSync(file, "utf8");
  const seen = text.replace(/\s*\/\* @vite-ignore \*\/\s*(?="\.\/element-worker)/, "");
  if (seen === text) throw new Error("element.js: holds no worker to be seen by bundlers");
  writeFileSync(file, seen);
}
