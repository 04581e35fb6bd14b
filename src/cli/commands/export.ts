import { openModel } from "../../api/open-model.ts";
import { readLabels } from "../../api/read-labels.ts";
import { StriateError, UsageError, naming } from "../../base/errors.ts";
import { checked, field } from "../../base/fields.ts";
import { parseScale } from "../../data/pictures/scale.ts";
import { exportView } from "../../formats/onnx/export-view.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { replaceFile } from "../../node/files/replace-files.ts";
import { viewNamed } from "../../views/all-views.ts";
import type { AnyView } from "../../views/define-view.ts";
import { graphViews, viewGraph } from "../../views/view-to-onnx.ts";
import { defineCommand } from "../command.ts";
import { forceField, modelFields, readOptions } from "../options.ts";
import { checkTaken, givenOf } from "../views/given.ts";
import { mergedFields } from "../../views/merged-fields.ts";

/** What is asked of a view that becomes a graph: nothing of looks, and no check, which asks the network again. */
const asked = (view: AnyView): AnyView => ({
  ...view,
  asks: Object.fromEntries(Object.entries(view.asks).filter(([key]) => key !== "check")),
  shows: {},
});
const viewFields = mergedFields(graphViews.map(asked));

export const exportCommand = defineCommand({
  name: "export",
  group: "files",
  summary:
    "Write a model with a view behind it as one ONNX file, which any ONNX Runtime draws from",
  arguments: [
    { name: "<in>", help: "a model file of any kind" },
    { name: "<out>", help: "the new file, .onnx" },
  ],
  fields: {
    view: field.string("grad-cam", {
      help: `what the file makes besides: ${graphViews.map(({ id }) => id).join(", ")}`,
    }),
    ...viewFields,
    size: field.nullable(
      checked(
        field.string(undefined, {
          help: "HEIGHTxWIDTH of a photo, for a model that takes any: 224x224",
        }),
        sizeFrom,
      ),
    ),
    labels: field.nullable(
      field.string(undefined, { help: "names of the classes, to be kept in the new file" }),
    ),
    scale: field.nullable(
      checked(
        field.string(undefined, { help: "how photos are scaled, to be kept in the new file" }),
        parseScale,
      ),
    ),
    force: forceField,
    json: field.boolean(false, { help: "print data instead of words" }),
    ...modelFields,
  },
  examples: [
    "striate export --view grad-cam --target class:dog --labels cat,dog cat_vs_dog.h5 dog.onnx",
  ],
  async run([from, to], options, io) {
    const [file, out] = [from as string, to as string];
    if (!out.toLowerCase().endsWith(".onnx"))
      throw new UsageError(`${out}: the file of a view is an ONNX file, its name ends in .onnx`);
    const view = viewNamed(options.view);
    checkTaken([asked(view)], viewFields, options);
    const asks = await givenOf(view.asks, options);
    const { network } = await openModel(file, await readOptions(options));
    checkFiniteWeights(network);
    if (options.labels) network.labels = await readLabels(options.labels);
    if (options.scale) network.preprocessing = { ...network.preprocessing, scale: options.scale };
    const size = options.size === null ? {} : { size: sizeFrom(options.size) };
    const graph = await naming(file, () => viewGraph(view, network, asks));
    const bytes = await naming(file, () => exportView(network, { ...graph, ...size }));
    await replaceFile(out, bytes, options);
    const names = [...network.outputs.map(({ name }) => name), ...graph.names];
    if (options.json) {
      io.text(JSON.stringify({ file: out, outputs: names }, null, 2));
      return;
    }
    io.out(`wrote ${out}; it makes ${names.join(", ")}`);
  },
});

/** [height, width] of `150x150`. @throws StriateError */
function sizeFrom(text: string): [number, number] {
  const [, height, width] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  if (height === undefined) throw new StriateError(`expected HEIGHTxWIDTH, got "${text}"`);
  return [Number(height), Number(width)];
}
