import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packageFile } from "../files/package-files.ts";

/**
 * All files of the page by their addresses, relative to it: what the build made, ONNX Runtime's scripts and WebAssembly
 * from its own package, the packaged network and the photos.
 *
 * @param webgpu whether ONNX Runtime's larger build, for WebGPU, is among them
 */
export function pageFiles({ webgpu }: { webgpu: boolean }): Map<string, string> {
  const app = dirname(packageFile("dist/app/index.html"));
  const own = readdirSync(app, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(app.length + 1).replaceAll("\\", "/"), path] as const);
  const engine = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
  const engines = [...engineScripts("wasm"), ...(webgpu ? engineScripts("webgpu") : [])].map(
    (name) => [`assets/${name}`, join(engine, name)] as const,
  );
  return new Map([
    ...own,
    ...engines,
    ["models/cat_vs_dog.h5", packageFile("models/cat_vs_dog.h5")],
    ["photos/dog.jpg", packageFile("dist/demo/dog.jpg")],
    ["photos/cat.jpg", packageFile("dist/demo/cat.jpg")],
    ["photos/LICENSES.txt", packageFile("dist/demo/LICENSES.txt")],
  ]);
}

/** What ONNX Runtime's builds for pages consist of. */
function engineScripts(build: "wasm" | "webgpu"): string[] {
  const core = build === "wasm" ? "ort-wasm-simd-threaded" : "ort-wasm-simd-threaded.asyncify";
  return [`ort.${build}.min.mjs`, `${core}.mjs`, `${core}.wasm`];
}
