// The one door to onnxruntime-node. Loaded when the first session is opened, not before: commands
// that run no network need not pay for it.
import type * as Ort from "onnxruntime-node";
import { silenceTelemetry } from "./silence-telemetry.ts";

let loaded: Promise<typeof Ort> | undefined;

export type { Ort };

export function loadOrt(): Promise<typeof Ort> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<typeof Ort> {
  await silenceTelemetry();
  const module = await import("onnxruntime-node");
  const ort = module.default ?? module;
  // What goes wrong is thrown, and said in our words: the engine need not log it as well.
  ort.env.logLevel = "fatal";
  return ort;
}
