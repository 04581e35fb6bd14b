import { naming } from "../base/errors.ts";
import { defineFormat } from "./format.ts";
import { lowerTfGraph } from "./tensorflow/lower-graph.ts";
import { readTfliteMetadata } from "./tflite/metadata.ts";
import { lowerTfliteOp } from "./tflite/ops/index.ts";
import { type TfliteModel, isTflite, parseTflite } from "./tflite/schema.ts";
import { tfliteGraph } from "./tflite/to-graph.ts";

/**
 * TFLite (LiteRT) files. Quantised networks are computed in real numbers, each result rounded to those
 * that its codes can stand for, so that every layer can be looked at in the units of the network; what
 * goes in and comes out are real numbers too.
 *
 * @see https://ai.google.dev/edge/litert
 */
export const tflite = defineFormat({
  id: "tflite",
  title: "TFLite",
  extensions: [".tflite", ".lite"],
  about: {
    reads: [
      "float and coded networks (int8, uint8, int16, coded or half weights, int4 weights, sparse weights), with metadata and labels in an appended zip",
      "IF: both branches are computed, and the photo chooses",
    ],
    leavesOut: [
      "custom ops, and the built-in ones marked below",
      "tensors of element types that are not known",
    ],
    refuses: ["files that are damaged"],
  },
  match: ({ bytes }) => isTflite(bytes.subarray(0, 64)),
  read: (source) =>
    naming(source.name, async () => {
      const bytes = source.bytes.subarray(0);
      const model = parseTflite(bytes);
      const origin = {
        format: "TFLite",
        dialect: dialectOf(model),
        writer: model.description,
        file: source.name,
      };
      const network = lowerTfGraph(tfliteGraph(model), "graph", origin, {
        find: lowerTfliteOp,
        unknown: "this op of TFLite is not known; convert the model that it was made of",
      });
      Object.assign(network, await readTfliteMetadata(model, network, bytes));
      return { network };
    }),
});

/** `int8`, `int8 weights`, `float16 weights`, `float32`. */
function dialectOf({ tensors }: TfliteModel): string {
  const coded = tensors.filter(
    ({ quantization, type }) => quantization && /^u?int(8|16)$/.test(type),
  );
  const results = coded.find(({ value }) => !value);
  if (results) return results.type;
  if (coded[0]) return `${coded[0].type} weights`;
  return tensors.some(({ type, value }) => value && type === "float16")
    ? "float16 weights"
    : "float32";
}
