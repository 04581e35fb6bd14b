// The one door to onnxruntime-web. Loaded when the first session is opened, not before.
import type * as Ort from "onnxruntime-web";

let loaded: Promise<typeof Ort> | undefined;

export type { Ort };

/**
 * @param threads threads of the WebAssembly backend. It is one for the whole page and starts with the
 *   first session: later calls cannot change it.
 */
export function loadOrt(threads: number): Promise<typeof Ort> {
  loaded ??= import("onnxruntime-web").then((ort) => {
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.proxy = false;
    return ort;
  });
  return loaded;
}
