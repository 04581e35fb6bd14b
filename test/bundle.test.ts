import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bytes, packed, of all that the browser door can load but ONNX Runtime: readers, training, every view. */
const most = 440_000;

it("bundles for a page without anything of Node, in bounded size", async () => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts"],
    bundle: true,
    splitting: true,
    format: "esm",
    // Node's modules do not exist here: an import of one fails the build.
    platform: "browser",
    minify: true,
    write: false,
    outdir: "page",
    external: ["onnxruntime-web"],
    alias: { "#platform": "./src/web/platform.ts" },
    logLevel: "silent",
  });
  const size = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  expect(size).toBeLessThan(most);
});
