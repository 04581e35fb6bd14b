/** The files that an engine's threads are started from. */
export interface EngineFiles {
  readonly mjs: string;
  readonly wasm: string;
}

/**
 * ONNX Runtime's files where a bundler put them, so that threads start from the engine's own script. Else they import
 * the chunk that holds the engine again; Vite 8 lets that chunk import the page's entry, which no thread can run.
 *
 * Written so that bundlers see the files and take them along.
 */
export const engineFiles: Readonly<Record<"wasm" | "webgpu", EngineFiles>> = {
  wasm: {
    mjs: new URL("onnxruntime-web/ort-wasm-simd-threaded.mjs", import.meta.url).href,
    wasm: new URL("onnxruntime-web/ort-wasm-simd-threaded.wasm", import.meta.url).href,
  },
  webgpu: {
    mjs: new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs", import.meta.url).href,
    wasm: new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm", import.meta.url).href,
  },
};

/** Whether a bundler has put them somewhere: without one the addresses stay as they are written. */
export const areBundled = ({ mjs }: EngineFiles): boolean =>
  !/\/onnxruntime-web\/ort-wasm-simd-threaded(\.asyncify)?\.mjs$/.test(mjs);
