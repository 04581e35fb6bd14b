import { defineFormat } from "./format.ts";

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
  read: async (source, options) =>
    (await import("./keras/shards-file.ts")).readShards(source, options),
});
