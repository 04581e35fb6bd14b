import { defineFormat } from "./format.ts";

/**
 * SavedModels of TensorFlow 1 and 2: a folder with the graph in `saved_model.pb` and the variables in
 * `variables/`. The graph for serving is taken, and of it what the signature `serving_default` runs.
 *
 * @see https://www.tensorflow.org/guide/saved_model
 */
export const savedModel = defineFormat({
  id: "saved-model",
  title: "TensorFlow SavedModel",
  extensions: [],
  folderFile: "saved_model.pb",
  about: {
    reads: [
      "SavedModels of TensorFlow 1 and 2, the signature serving_default, or the first that takes numbers",
      "a folder `name/1/` of TensorFlow Serving: the newest version",
    ],
    leavesOut: ["as in a TensorFlow graph"],
    refuses: [
      "models without a signature that takes numbers",
      "checkpoints that are damaged or not there",
    ],
  },
  match: ({ bytes }) => isSavedModel(bytes.subarray(0, 512)),
  read: async (source) => (await import("./tensorflow/saved-model-file.ts")).readSavedModel(source),
});

/** Whether bytes begin as a SavedModel does: its version, 1, and then a graph with what belongs to it. */
const isSavedModel = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x08 && bytes[1] === 0x01 && bytes[2] === 0x12;
