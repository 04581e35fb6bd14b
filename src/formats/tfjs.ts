import type { ByteSource } from "../base/byte-source.ts";
import { defineFormat } from "./format.ts";
import { stateOf } from "./losses.ts";

/**
 * TF.js models: a `model.json`, with the weights in files beside it. Layers models hold the layers of
 * Keras 2 or 3, graph models a TensorFlow graph.
 *
 * @see https://www.tensorflow.org/js/guide/save_load
 */
export const tfjs = defineFormat({
  id: "tfjs",
  title: "TF.js",
  extensions: [],
  folderFile: "model.json",
  about: {
    reads: [
      "layers models of Keras and of TF.js itself, with their loss, metrics and optimizer",
      "graph models of the converter, with functions (control flow of TensorFlow 2)",
    ],
    leavesOut: ["as in a Keras HDF5 file and a TensorFlow graph"],
    refuses: ["weight files that are missing or too short"],
  },
  match: ({ bytes }) => looksLikeTfjs(bytes),
  read: async (source, options) => (await import("./tfjs/tfjs-file.ts")).readTfjs(source, options),
  writer: {
    answers: ["model.json"],
    label: "model.json (TF.js)",
    runs: true,
    loses: stateOf,
    write: async (model, name) =>
      (await import("./tfjs/write-layers.ts")).writeLayersModel(model, name),
  },
});

/** Whether bytes are JSON that speaks of TF.js' parts. */
function looksLikeTfjs(bytes: ByteSource): boolean {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  if (!/^(\xef\xbb\xbf)?\s*\{/.test(start)) return false;
  return includes(bytes.subarray(0), '"modelTopology"');
}

/** Whether bytes hold a word; they may be more than a text can be. */
function includes(bytes: Uint8Array, word: string): boolean {
  const codes = new TextEncoder().encode(word);
  for (let at = bytes.indexOf(codes[0]!); at >= 0; at = bytes.indexOf(codes[0]!, at + 1))
    if (codes.every((code, i) => bytes[at + i] === code)) return true;
  return false;
}
