import { StriateError } from "../../base/errors.ts";
import type { OpenedModel, ReadModelOptions } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { type Hdf5Group, openHdf5 } from "../hdf5/hdf5-file.ts";
import { inferInput } from "./infer-input.ts";
import { isObject } from "./json.ts";
import { type KerasWriter, kerasWriter, writerName } from "./keras-writer.ts";
import { parseJson } from "../../base/parse-json.ts";
import { openKeras, requireNoWeights } from "./open-keras.ts";
import { stateArrays } from "./read-optimizer.ts";
import { h5Store, isStore, storedGroups } from "./store-h5.ts";
import { type WeightGroup, assignGroups, weightGroups } from "./weights-h5.ts";
import { weightsNetwork } from "./weights-network.ts";
import { assignFromStore } from "./weights-store.ts";

/** Reads a Keras HDF5 file: a model, or weights alone. */
export async function readKerasH5(
  { bytes, budget }: OpenSource,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  const root = openHdf5(bytes, budget);
  const own = root.attribute("model_config");
  const text = own ?? options.architecture;
  const config = typeof text === "string" ? parseJson(text, "model_config") : undefined;
  const said = isObject(config) ? config : {};
  const writer = kerasWriter(
    root.attribute("keras_version") ?? said.keras_version,
    root.attribute("backend") ?? said.backend,
    config,
  );
  const groups = weightGroups(root.group("model_weights") ?? root) ?? storedGroups([root]);
  if (config === undefined) return weightsOnly(root, groups, writer);
  const parts = {
    format: own === undefined ? "Keras HDF5 (weights)" : "Keras HDF5",
    config,
    writer,
    compile: jsonAttribute(root, "training_config"),
    state: stateArrays(root.group("optimizer_weights")),
    own: jsonAttribute(root, "striate"),
  };
  return openKeras(parts, options, (model) => {
    if (isStore(root)) return assignFromStore(model, h5Store([root]));
    if (groups === undefined) return requireNoWeights(model);
    const byName = new Map(groups.map((group) => [group.name, group]));
    inferInput(model, (layer) => byName.get(layer)?.arrays.map((array) => array.shape));
    const backend = writer.backend === "theano" ? "theano" : "tensorflow";
    assignGroups(model, groups, { kerasVersion: writer.major, backend });
  });
}

function jsonAttribute(root: Hdf5Group, name: string): unknown {
  const text = root.attribute(name);
  return typeof text === "string" ? parseJson(text, name) : undefined;
}

/** Weights without a network; the file has to be Keras' for that. */
function weightsOnly(
  root: Hdf5Group,
  groups: readonly WeightGroup[] | undefined,
  writer: KerasWriter,
): OpenedModel {
  const filled = groups?.filter(({ arrays }) => arrays.length > 0) ?? [];
  if (filled.length === 0)
    throw new StriateError(
      "is an HDF5 file, but no Keras model: it has neither model_config nor layer_names; " +
        `it holds ${root.names().slice(0, 6).join(", ") || "nothing"}`,
    );
  const origin = {
    format: "Keras HDF5 (weights)",
    dialect: "weights without a network",
    writer: writerName(writer),
  };
  return { network: weightsNetwork(filled, origin) };
}
