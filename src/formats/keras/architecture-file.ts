import type { OpenedModel, WrittenFile } from "../format.ts";
import { kerasOf } from "./own-notes.ts";
import { modelConfig } from "./write-model.ts";

/** The layers as the JSON of Keras 2. */
export function writeArchitecture(model: OpenedModel, name: string): WrittenFile[] {
  const config = modelConfig(kerasOf(model, "a .json file of an architecture"), 2);
  const json = { ...config, keras_version: "2.15.0", backend: "tensorflow" };
  return [{ path: name, bytes: new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`) }];
}
