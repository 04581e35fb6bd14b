import { listWeights } from "../../model/lowering/list-weights.ts";
import type { OpenedModel, WrittenFile } from "../format.ts";
import { writeHdf5 } from "../hdf5/write-hdf5.ts";
import { writeZip } from "../zip.ts";
import { pythonJson } from "./json.ts";
import { kerasOf, ownNotes } from "./own-notes.ts";
import { compileConfig, floatSettings } from "./write-compile.ts";
import { putArray } from "./write-h5.ts";
import { modelConfig } from "./write-model.ts";
import { stateForZip } from "./write-optimizer.ts";
import { storeGroup } from "./write-store.ts";

/** Writes a `.keras` file. */
export async function writeKerasZip(model: OpenedModel, name: string): Promise<WrittenFile[]> {
  const keras = kerasOf(model, "a .keras file");
  const compile = compileConfig(model.compile, model.optimizer);
  const config = { ...modelConfig(keras, 3), ...(compile ? { compile_config: compile } : {}) };
  const own = ownNotes(model);
  const metadata = {
    keras_version: "3.0.0",
    writer: "striate",
    ...(own ? { striate: own } : {}),
  };
  const store = storeGroup(keras);
  const { weights } = listWeights(keras);
  const state = model.optimizer ? stateForZip(model.optimizer, weights) : [];
  state.forEach((array, i) => putArray(store, `optimizer/vars/${i}`, array));
  const text = (value: unknown) => new TextEncoder().encode(pythonJson(value, floatSettings));
  const bytes = writeZip([
    ["metadata.json", text(metadata)],
    ["config.json", text(config)],
    ["model.weights.h5", writeHdf5(store)],
  ]);
  return [{ path: name, bytes }];
}
