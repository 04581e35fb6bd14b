import { kerasOf } from "./keras/own-notes.ts";
import { defineFormat } from "./format.ts";
import { isZip } from "./zip-start.ts";

/**
 * `.keras` files, by Keras 2.12 and later: a zip of `config.json`, `metadata.json` and the weights.
 *
 * Source: https://keras.io/guides/serialization_and_saving/
 */
export const kerasZip = defineFormat({
  id: "keras-zip",
  title: "Keras zip (.keras)",
  extensions: [".keras"],
  about: {
    reads: ["`.keras` files of Keras 2.12 to 3.15, with weights as HDF5 or npz"],
    leavesOut: ["as in a Keras HDF5 file"],
    refuses: ["subclassed models", "entries of the zip that are damaged or lead out of it"],
  },
  match: ({ bytes }) => isZip(bytes),
  read: async (source, options) =>
    (await import("./keras/zip-file.ts")).readKerasZip(source, options),
  writer: {
    answers: [".keras"],
    runs: true,
    takes: (model) => void kerasOf(model, "a .keras file"),
    loses: () => [],
    write: async (model, name) =>
      (await import("./keras/zip-writer.ts")).writeKerasZip(model, name),
  },
});
