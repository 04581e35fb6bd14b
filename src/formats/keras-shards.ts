import { StriateError } from "../base/errors.ts";
import { defineFormat } from "./format.ts";
import { type Hdf5Group, openHdf5 } from "./hdf5/hdf5-file.ts";
import { isObject } from "./keras/json.ts";
import { kerasWriter, writerName } from "./keras/keras-writer.ts";
import { parseJson, readJson } from "./keras/parse-json.ts";
import { openKeras } from "./keras/open-keras.ts";
import { h5Store, storedGroups } from "./keras/store-h5.ts";
import { assignFromStore } from "./keras/weights-store.ts";
import { weightsNetwork } from "./keras/weights-network.ts";

/** Files that Keras writes for one model; more is no model. */
const most = 1000;

/**
 * Weights that Keras 3 has spread over several files, `model_00000.weights.h5` and on, as the
 * `model.weights.json` beside them lists them. The architecture comes from elsewhere, as for a single
 * `.weights.h5`.
 *
 * Source: `Model.save_weights(path, max_shard_size)`, https://keras.io/api/models/model_saving_apis/
 */
export const kerasShards = defineFormat({
  id: "keras-shards",
  title: "Keras weights in shards",
  extensions: [],
  folderFile: "config.json",
  about: {
    reads: ["Keras 3 weights in several files, with their model.json"],
    leavesOut: ["as in a Keras HDF5 file"],
    refuses: ["a folder in which a shard is missing"],
  },
  match: ({ bytes }) => {
    const start = new TextDecoder().decode(bytes.subarray(0, 4096));
    return /^\s*\{/.test(start) && start.includes('"weight_map"');
  },
  async read(source, options = {}) {
    const names = shardNames(readJson(source.bytes.subarray(0), "weights.json"));
    const files: Hdf5Group[] = [];
    for (const name of names) files.push(openHdf5(await source.sibling(name), source.budget));
    const format = "Keras HDF5 (weights in shards)";
    const config = options.architecture && parseJson(options.architecture, "the architecture");
    const writer = kerasWriter(undefined, undefined, config ?? { batch_shape: null });
    if (config) {
      const parts = { format, config, writer };
      return openKeras(parts, options, (model) => assignFromStore(model, h5Store(files)));
    }
    const origin = { format, dialect: "weights without a network", writer: writerName(writer) };
    return { network: weightsNetwork(storedGroups(files) ?? [], origin) };
  },
});

/** The files that a list of weights names, each once. */
function shardNames(json: unknown): string[] {
  const map = isObject(json) ? json.weight_map : undefined;
  const names = isObject(map) ? [...new Set(Object.values(map).flat())] : [];
  const odd = names.find((name) => typeof name !== "string" || !/^[^/\\]+\.h5$/.test(name));
  if (odd !== undefined)
    throw new StriateError(
      `lists ${JSON.stringify(odd)} as a file of weights; expected files like model_00000.weights.h5`,
    );
  if (names.length === 0 || names.length > most)
    throw new StriateError(`lists ${names.length} files of weights, expected 1 to ${most}`);
  return names as string[];
}
