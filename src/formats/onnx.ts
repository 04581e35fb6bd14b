import { defineFormat } from "./format.ts";
import { regularizationOf, trainingOf } from "./losses.ts";
import { looksLikeOnnx } from "./onnx/match.ts";

/**
 * ONNX files of operator set 7 to 26. Tensors go in and come out in the file's own layout, whatever it
 * is; float16 and bfloat16 networks are computed in float32.
 *
 * @see https://onnx.ai/onnx/repo-docs/IR.html
 */
export const onnx = defineFormat({
  id: "onnx",
  title: "ONNX",
  extensions: [".onnx"],
  about: {
    reads: [
      "operator sets 7 to 26, IR to 13, external data beside the file, functions, bodies of If, Loop and Scan with their weights",
      "float16 and bfloat16 (computed in float32), integer codes as the real numbers that they stand for",
      "one picture without a batch, `(3, H, W)` or `(H, W, 3)`; bytes go in as they are",
    ],
    leavesOut: [
      "ops of custom domains, and ops that the engine has not (their names are in formats/onnx/engine-ops.ts)",
      "outputs that are lists, tables or text: ZipMap, LabelEncoder, sequences",
    ],
    refuses: [
      "newer operator sets",
      "graphs with a cycle, or values that nothing makes",
      "external data outside of the file's folder",
    ],
  },
  match: ({ bytes }) => looksLikeOnnx(bytes),
  read: async (source) => (await import("./onnx/onnx-file.ts")).readOnnxFile(source),
  writer: {
    answers: [".onnx"],
    runs: true,
    loses: (model) => [...trainingOf(model), ...regularizationOf(model)],
    write: async (model, name) =>
      (await import("./onnx/onnx-writer.ts")).writeOnnxFile(model, name),
  },
});
