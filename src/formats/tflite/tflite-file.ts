import { naming } from "../../base/errors.ts";
import type { OpenedModel } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { lowerTfGraph } from "../tensorflow/lower-graph.ts";
import { readTfliteMetadata } from "./metadata.ts";
import { lowerTfliteOp } from "./ops/index.ts";
import { type TfliteModel, parseTflite } from "./schema.ts";
import { tfliteGraph } from "./to-graph.ts";

/** Reads a TFLite file. */
export const readTflite = (source: OpenSource): Promise<OpenedModel> =>
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
