// The one door to onnxruntime-web. Loaded when the first session is opened, not before.
import type * as Ort from "onnxruntime-web";
import { areBundled, engineFiles } from "./engine-files.ts";

const loaded: { wasm?: Promise<typeof Ort>; webgpu?: Promise<typeof Ort> } = {};

export type { Ort };

/**
 * @param provider each has a build of its own: the one for WebAssembly is half as large to fetch
 * @param threads threads of the WebAssembly backend. It is one for the whole page and starts with the
 *   first session: later calls cannot change it.
 */
export function loadOrt(provider: "wasm" | "webgpu", threads: number): Promise<typeof Ort> {
  const module = (): Promise<typeof Ort> =>
    provider === "wasm" ? import("onnxruntime-web/wasm") : import("onnxruntime-web/webgpu");
  return (loaded[provider] ??= module().then((ort) => {
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.proxy = false;
    if (threads > 1 && areBundled(engineFiles[provider]))
      ort.env.wasm.wasmPaths ??= engineFiles[provider];
    return ort;
  }));
}
