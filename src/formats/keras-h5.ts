import { StriateError } from "../base/errors.ts";
import { lowerModel } from "../model/lower.ts";
import {
  defineFormat,
  type ModelSource,
  type OpenedModel,
  type ReadModelOptions,
} from "./format.ts";
import { isHdf5 } from "./hdf5/superblock.ts";
import { type Hdf5Group, openHdf5 } from "./hdf5/hdf5-file.ts";
import { parseJson } from "./keras/json.ts";
import { kerasWriter, writerName } from "./keras/keras-writer.ts";
import { parseKerasModel } from "./keras/parse-model.ts";
import { assignGroups, weightGroups } from "./keras/weights-h5.ts";

/**
 * Keras' HDF5 files: a model of Keras 1, 2 or 3 with its weights.
 *
 * Source: https://keras.io/guides/serialization_and_saving/
 */
export const kerasH5 = defineFormat({
  id: "keras-h5",
  title: "Keras HDF5",
  extensions: [".h5", ".hdf5"],
  match: ({ bytes }: ModelSource) => isHdf5(bytes),
  async read({ bytes }: ModelSource, options: ReadModelOptions = {}): Promise<OpenedModel> {
    const root = openHdf5(bytes);
    const text = root.attribute("model_config") ?? options.architecture;
    if (typeof text !== "string") throw new StriateError(whatItIsInstead(root));
    const config = parseJson(text, "model_config");
    const writer = kerasWriter(root.attribute("keras_version"), root.attribute("backend"), config);
    const keras = parseKerasModel(config, { kerasVersion: writer.major, replace: options.replace });
    const groups = weightGroups(root.group("model_weights") ?? root);
    if (groups === undefined) throw new StriateError("no weights");
    assignGroups(keras, groups, {
      kerasVersion: writer.major,
      backend: writer.backend === "theano" ? "theano" : "tensorflow",
    });
    const network = lowerModel(keras, {
      origin: {
        format: "Keras HDF5",
        dialect: `Keras ${writer.major} ${keras.className}`,
        writer: writerName(writer),
      },
    });
    return { network, keras };
  },
});

function whatItIsInstead(root: Hdf5Group): string {
  return `is an HDF5 file, but no Keras model: it has no model_config; it holds ${root.names().join(", ")}`;
}
