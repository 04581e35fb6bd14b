import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { type Metafile, build } from "esbuild";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A page that opens files, looks at the layers and draws; ONNX Runtime aside. */
const looking = `
  import { activations, drawFeatureMaps, loadModel, readImage, toPng } from "striate";
  Object.assign(globalThis, { activations, drawFeatureMaps, loadModel, readImage, toPng });`;
const everything = `import * as striate from "striate"; Object.assign(globalThis, { striate });`;

describe("a page of the browser door, packed, without ONNX Runtime", () => {
  it("loads what it uses, and what reads a file with the first of its kind", async () => {
    const page = await bundle(looking);
    const readers = [
      "formats/keras/h5-file",
      "formats/onnx/onnx-file",
      "formats/tflite/tflite-file",
      "data/picture-formats/jpeg/decode",
    ].map((file) => `src/${file}.ts`);
    for (const file of readers) expect(page.loaded([file]), file).toBeGreaterThan(page.loaded([]));
    expect(page.loaded([])).toBeLessThan(172_000);
    // HDF5, ONNX, TFLite, a photo and the drawing. Vite, which leaves out more, comes to 265 kB.
    expect(page.loaded(readers)).toBeLessThan(295_000);
    const explaining = page.loaded([...readers, "src/model/gradients/differentiate.ts"]);
    expect(explaining).toBeGreaterThan(page.loaded(readers));
    expect(explaining).toBeLessThan(310_000);
    // Every other format and kind of picture, training, and the page that a report is (70 kB), besides.
    expect(page.all).toBeLessThan(485_000);
  });

  it("is bounded when it names all that there is: every view, layer and optimizer", async () => {
    const page = await bundle(everything);
    expect(page.loaded([])).toBeLessThan(370_000);
    // UMAP's own packages come with the first map.
    expect(page.all).toBeLessThan(600_000);
  });
});

/** What a bundler makes of a page. Node's modules do not exist for it: an import of one fails the build. */
async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, sourcefile: "page.ts" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    minify: true,
    write: false,
    metafile: true,
    outdir: "page",
    external: ["onnxruntime-web"],
    alias: { striate: "./src/index.ts", "#platform": "./src/web/platform.ts" },
    logLevel: "silent",
  });
  const { outputs } = metafile;
  const packed = new Map(
    Object.keys(outputs).map((path) => {
      const { contents: code } = outputFiles.find((file) => file.path.endsWith(`/${path}`))!;
      return [path, gzipSync(code).length];
    }),
  );
  const sum = (paths: Iterable<string>) =>
    [...paths].reduce((total, path) => total + packed.get(path)!, 0);
  const chunkOf = (file: string) =>
    Object.keys(outputs).find((path) => outputs[path]!.entryPoint === file)!;
  return {
    all: sum(packed.keys()),
    /** Bytes that are loaded when the page is opened, and of these modules when they are needed. */
    loaded: (modules: readonly string[]) =>
      sum(reached(outputs, ["page.ts", ...modules].map(chunkOf))),
  };
}

/** Chunks, with all that they import at once. */
function reached(outputs: Metafile["outputs"], chunks: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path) || outputs[path] === undefined) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path].imports)
      if (kind === "import-statement") visit(next);
  };
  chunks.forEach(visit);
  return found;
}
