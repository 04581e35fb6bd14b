import { StriateError } from "../base/errors.ts";
import { defineFormat } from "./format.ts";
import { notesOf, trainingOf } from "./losses.ts";

const latin1 = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

/**
 * The layers without their weights, as `model.to_json()` of Keras 2 gives them and Keras 3 reads them.
 * Such a file is no model by itself: it is read beside one that has the weights (`--arch`).
 */
export const kerasArchitecture = defineFormat({
  id: "keras-architecture",
  title: "Keras architecture",
  extensions: [],
  about: {
    reads: ["the layers alone, for files that hold only weights (--arch)"],
    leavesOut: [],
    refuses: ["what is no architecture of Keras"],
  },
  match: ({ bytes }) =>
    /^\s*\{[\s\S]*"(class_name|keras_version)"/.test(latin1(bytes.subarray(0, 512))),
  read: () =>
    Promise.reject(
      new StriateError(
        "is a Keras architecture without weights; open the weights file, with this one as its --arch",
      ),
    ),
  writer: {
    answers: [".json"],
    label: ".json (architecture)",
    runs: false,
    loses: (model) => [
      ...(model.network.weights.size > 0 ? ["the weights"] : []),
      ...notesOf(model),
      ...trainingOf(model),
    ],
    write: async (model, name) =>
      (await import("./keras/architecture-file.ts")).writeArchitecture(model, name),
  },
});
