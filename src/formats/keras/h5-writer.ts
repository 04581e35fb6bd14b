import { listWeights } from "../../model/lowering/list-weights.ts";
import type { OpenedModel, WrittenFile } from "../format.ts";
import { writeHdf5 } from "../hdf5/write-hdf5.ts";
import { pythonJson } from "./json.ts";
import { kerasOf, ownNotes } from "./own-notes.ts";
import { floatSettings, trainingConfig } from "./write-compile.ts";
import { groupAt, newGroup, putArray, putNames, weightsGroup } from "./write-h5.ts";
import { modelConfig } from "./write-model.ts";
import { stateForH5 } from "./write-optimizer.ts";

/** Writes a model in the dialect that both Keras 2 and Keras 3 open. */
export async function writeKerasH5(model: OpenedModel, name: string): Promise<WrittenFile[]> {
  const keras = kerasOf(model, "an .h5 file");
  const root = newGroup();
  const compile = trainingConfig(model.compile, model.optimizer);
  const own = ownNotes(model);
  Object.assign(root.attributes, {
    backend: "tensorflow",
    keras_version: writtenVersion,
    writer: "striate",
    model_config: JSON.stringify(modelConfig(keras, 2)),
    ...(compile ? { training_config: pythonJson(compile, floatSettings) } : {}),
    ...(own ? { striate: JSON.stringify(own) } : {}),
  });
  root.children.set("model_weights", weightsGroup(keras, writtenVersion));
  if (model.optimizer) {
    const group = groupAt(root, ["optimizer_weights"]);
    const arrays = stateForH5(model.optimizer, listWeights(keras).weights);
    putNames(
      group,
      "weight_names",
      arrays.map((array) => array.name),
    );
    for (const { name: path, array } of arrays) putArray(group, path, array);
  }
  return [{ path: name, bytes: writeHdf5(root) }];
}

/** The Keras whose dialect is written: both Keras 2 and Keras 3 open it. */
const writtenVersion = "2.15.0";
