// The one door to onnxruntime-node. Loaded when the first session is opened, not before: commands
// that run no network need not pay for it.
import type * as Ort from "onnxruntime-node";
import { messageOf } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { silenceTelemetry } from "./silence-telemetry.ts";

let loaded: Promise<typeof Ort | undefined> | undefined;
let missing = "";

export type { Ort };

/** The native engine; undefined where it is not installed, or cannot be loaded on this system. */
export function loadOrt(): Promise<typeof Ort | undefined> {
  loaded ??= load();
  return loaded;
}

/**
 * Why networks run in WebAssembly, and how that is mended. The package's own install script fetches CUDA's
 * libraries, which fails where the network lets nothing but npm through.
 */
export const nativeMissing = (): string => missing;

async function load(): Promise<typeof Ort | undefined> {
  await silenceTelemetry();
  const module = await import("onnxruntime-node").catch((error: unknown) => {
    missing = isAbsent(error)
      ? "the native engine is not installed; to get it: npm install onnxruntime-node (behind a firewall with --ignore-scripts)"
      : `the native engine is installed and cannot be loaded (${printable(messageOf(error).split("\n")[0]!)})`;
  });
  if (module === undefined) return undefined;
  const ort = module.default ?? module;
  // What goes wrong is thrown, and said in our words: the engine need not log it as well.
  ort.env.logLevel = "fatal";
  return ort;
}

/** Whether the package itself is not there; a library that it needs may be missing too. */
const isAbsent = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" &&
  messageOf(error).includes("'onnxruntime-node'");
