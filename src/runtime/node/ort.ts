// The one door to onnxruntime-node. Loaded when the first session is opened, not before: commands
// that run no network need not pay for it.
import type * as Ort from "onnxruntime-node";
import { silenceTelemetry } from "./silence-telemetry.ts";

let loaded: Promise<typeof Ort | undefined> | undefined;

export type { Ort };

/** The native engine; undefined where it is not installed, or cannot be loaded on this system. */
export function loadOrt(): Promise<typeof Ort | undefined> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<typeof Ort | undefined> {
  await silenceTelemetry();
  const module = await import("onnxruntime-node").catch(() => undefined);
  if (module === undefined) return undefined;
  const ort = module.default ?? module;
  // What goes wrong is thrown, and said in our words: the engine need not log it as well.
  ort.env.logLevel = "fatal";
  return ort;
}
