// Builds the custom element: one module that needs nothing but the library, its style within it.
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
      lib: { entry: "striate-maps.ts", formats: ["es"], fileName: () => "element.js" },
      rolldownOptions: { external: ["striate"] },
    },
  });
}
