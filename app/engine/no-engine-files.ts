/** For `src/runtime/web/engine-files.ts`: `build-page` and `serve` put the engine's files beside the scripts. */
export const engineFiles = { wasm: undefined, webgpu: undefined };
export const areBundled = (): boolean => false;
