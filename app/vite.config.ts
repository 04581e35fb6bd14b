import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { type HtmlTagDescriptor, type Plugin, type UserConfig, defineConfig } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the page, the report and the element share: the library through its door for browsers. */
export const shared: UserConfig = {
  logLevel: "error",
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  resolve: {
    alias: {
      striate: at("../src/index.ts"),
      "#platform": at("../src/web/platform.ts"),
      "./engine-files.ts": at("engine/no-engine-files.ts"),
    },
    // Where it is part of a script, ONNX Runtime looks for its WebAssembly beside that script.
    conditions: ["onnxruntime-web-use-extern-wasm", "module", "browser", "import", "default"],
  },
};

/**
 * ONNX Runtime's scripts and WebAssembly lie beside the page's own scripts, where `build-page` and `serve` put them:
 * the package itself carries none of them.
 */
const engineBeside = (): Plugin => ({
  name: "striate-engine",
  enforce: "pre",
  resolveId: (id) => (id.startsWith("onnxruntime-web/") ? { id, external: true } : null),
  renderChunk: (code) => code.replaceAll(/(["'`])onnxruntime-web\/(\w+)\1/g, '"./ort.$2.min.mjs"'),
});

/** The page itself is asked for at once, and not when the first script, which starts the engine, has run. */
const early: Plugin = {
  name: "striate-early",
  transformIndexHtml: {
    order: "post",
    handler(_, { bundle }) {
      const page = Object.keys(bundle ?? {}).filter((name) =>
        /\/mount-[^/]*\.(js|css)$/.test(name),
      );
      return page.map((name): HtmlTagDescriptor => {
        const how = name.endsWith(".js")
          ? { rel: "modulepreload" }
          : { rel: "preload", as: "style" };
        return {
          ...{ tag: "link", injectTo: "head" },
          attrs: { ...how, href: `./${name}`, crossorigin: true },
        };
      });
    },
  },
};

/** The page: `index.html` with its scripts, and the worker that holds the library. */
export default defineConfig({
  ...shared,
  root: at("page"),
  base: "./",
  publicDir: at("page/public"),
  plugins: [...shared.plugins!, early, engineBeside()],
  worker: { format: "es", plugins: () => [engineBeside()] },
  build: {
    outDir: at("../dist/app"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4096,
    assetsInlineLimit: 0,
  },
});
