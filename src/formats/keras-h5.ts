import { kerasOf } from "./keras/own-notes.ts";
import { isHdf5 } from "./hdf5/signature.ts";
import { defineFormat } from "./format.ts";

/**
 * Keras' HDF5 files: a model of Keras 1, 2 or 3 with its weights, or weights alone. Those come with
 * the architecture from elsewhere (`architecture`), or are shown without one.
 *
 * Source: https://keras.io/guides/serialization_and_saving/
 */
export const kerasH5 = defineFormat({
  id: "keras-h5",
  title: "Keras HDF5",
  extensions: [".h5", ".hdf5"],
  about: {
    reads: [
      "Keras 1, 2 and 3 models, Sequential and functional, nested to any depth, with the optimizer's state",
      "weights alone, shown as a table, or run with --arch model.json",
      "AddLoss and AddMetric, which pass their input on; convolutions over several axes of a batch, as Keras 2 allows",
    ],
    leavesOut: [
      "layers of classes that are not known, Lambda and other Python code (never run), wrappers around such, activations and functions of TensorFlow that are not known",
      "layers whose weights Keras quantised (int8, int4, float8)",
    ],
    refuses: [
      "subclassed models, whose structure is in Python code",
      "files that are cut off or damaged, HDF5 filters that are not known",
    ],
  },
  match: ({ bytes }) => isHdf5(bytes),
  read: async (source, options) =>
    (await import("./keras/h5-file.ts")).readKerasH5(source, options),
  writer: {
    answers: [".h5", ".hdf5"],
    runs: true,
    takes: (model) => void kerasOf(model, "an .h5 file"),
    loses: () => [],
    write: async (model, name) => (await import("./keras/h5-writer.ts")).writeKerasH5(model, name),
  },
});
