import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { type Metafile, build } from "esbuild";
import { type Rollup, build as viteBuild } from "vite";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const alias = {
  striate: fileURLToPath(new URL("../src/index.ts", import.meta.url)),
  "#platform": fileURLToPath(new URL("../src/web/platform.ts", import.meta.url)),
};

/** A page that opens files, looks at the layers and draws; ONNX Runtime aside. */
const looking = `
  import { activations, drawFeatureMaps, loadModel, readImage, toPng } from "striate";
  Object.assign(globalThis, { activations, drawFeatureMaps, loadModel, readImage, toPng });`;
const everything = `import * as striate from "striate"; Object.assign(globalThis, { striate });`;

const readers = [
  "formats/keras/h5-file",
  "formats/onnx/onnx-file",
  "formats/tflite/tflite-file",
  "data/picture-formats/jpeg/decode",
].map((file) => `src/${file}.ts`);
const gradients = "src/model/gradients/differentiate.ts";

describe("a page of the browser door, packed by Vite, without ONNX Runtime", () => {
  it("loads what it uses, and what reads a file with the first of its kind", async () => {
    const page = await packedByVite(looking);
    for (const file of [...readers, gradients])
      expect(page.loaded([file]), file).toBeGreaterThan(page.loaded([]));
    expect(page.loaded([])).toBeLessThan(152_000);
    // HDF5, ONNX, TFLite, a photo, the drawing, and gradients besides.
    expect(page.loaded(readers)).toBeLessThan(281_000);
    expect(page.loaded([...readers, gradients])).toBeLessThan(296_000);
    // Every other format and kind of picture, training, and the page that a report is (70 kB), besides.
    expect(page.all).toBeLessThan(422_000);
  });

  it("is bounded when it names all that there is: every view, layer and optimizer", async () => {
    const page = await packedByVite(everything);
    expect(page.loaded([])).toBeLessThan(363_000);
    // UMAP's layout comes with the first map.
    expect(page.all).toBeLessThan(563_000);
  });
});

it("packed by esbuild, which keeps what another chunk needs, reading and drawing stay under 308 kB", async () => {
  const page = await packedByEsbuild(looking);
  expect(page.loaded([])).toBeLessThan(176_000);
  expect(page.loaded(readers)).toBeLessThan(308_000);
});

/** A script of a page: what it imports at once, and the modules in it. */
interface Chunk {
  readonly code: string | Uint8Array;
  readonly imports: readonly string[];
  readonly modules: readonly string[];
}

/** Sizes of a page whose script is the chunk `entry`. */
function sizes(chunks: ReadonlyMap<string, Chunk>, entry: string) {
  const packed = new Map([...chunks].map(([name, { code }]) => [name, gzipSync(code).length]));
  const sum = (names: Iterable<string>) =>
    [...names].reduce((total, name) => total + packed.get(name)!, 0);
  const chunkOf = (file: string) =>
    [...chunks].find(([, { modules }]) => modules.some((module) => module.endsWith(file)))![0];
  return {
    all: sum(packed.keys()),
    /** Bytes that are loaded when the page is opened, and of these modules when they are needed. */
    loaded: (files: readonly string[]) => sum(reached(chunks, [entry, ...files.map(chunkOf)])),
  };
}

/** Chunks, with all that they import at once. */
function reached(chunks: ReadonlyMap<string, Chunk>, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name) || !chunks.has(name)) return;
    found.add(name);
    chunks.get(name)!.imports.forEach(visit);
  };
  names.forEach(visit);
  return found;
}

/** What Vite makes of a page. */
async function packedByVite(page: string) {
  const { output } = (await viteBuild({
    ...{ root, configFile: false, publicDir: false, logLevel: "silent" },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "/page.ts" ? id : undefined),
        load: (id) => (id === "/page.ts" ? page : undefined),
      },
    ],
    resolve: { alias },
    build: {
      ...{ write: false, target: "es2022", minify: true, reportCompressedSize: false },
      rolldownOptions: { input: "/page.ts", external: [/^onnxruntime-web/] },
    },
  })) as Rollup.RollupOutput;
  const chunks = output.filter((each) => each.type === "chunk");
  const named = chunks.map(({ fileName, code, imports, moduleIds }): [string, Chunk] => [
    fileName,
    { code, imports, modules: moduleIds },
  ]);
  return sizes(new Map(named), chunks.find(({ isEntry }) => isEntry)!.fileName);
}

/** What esbuild makes of a page. Node's modules do not exist for it: an import of one fails the build. */
async function packedByEsbuild(contents: string) {
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
    alias,
    logLevel: "silent",
  });
  const chunkOf = ([path, { imports, inputs }]: [string, Metafile["outputs"][string]]) => {
    const code = outputFiles.find((file) => file.path.endsWith(`/${path}`))!.contents;
    const atOnce = imports.filter(({ kind }) => kind === "import-statement");
    const modules = Object.keys(inputs);
    return [path, { code, imports: atOnce.map((each) => each.path), modules }] as [string, Chunk];
  };
  const { outputs } = metafile;
  const entry = Object.keys(outputs).find((path) => outputs[path]!.entryPoint === "page.ts")!;
  return sizes(new Map(Object.entries(outputs).map(chunkOf)), entry);
}
