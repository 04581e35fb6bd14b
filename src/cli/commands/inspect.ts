import { field } from "../../base/fields.ts";
import { printGraph } from "../../graph/print.ts";
import { formatSummary, summarize } from "../../model/summary.ts";
import { openModel } from "../../node/open-model.ts";
import { defineCommand } from "../command.ts";

export const inspect = defineCommand({
  name: "inspect",
  summary: "What a model file is, and the table of its layers",
  arguments: [{ name: "<file>", help: "a model file" }],
  fields: {
    json: field.boolean(false, { help: "print data instead of a table" }),
    graph: field.boolean(false, { help: "print the ONNX graph, node by node" }),
  },
  examples: ["striate inspect cat_vs_dog.h5", "striate inspect model.onnx --json"],
  async run([file], options, io) {
    const { network } = await openModel(file as string);
    if (options.graph) {
      io.out(printGraph(network.graph));
      return;
    }
    const summary = summarize(network);
    if (options.json) {
      io.out(JSON.stringify(summary, null, 2));
      return;
    }
    const { format, dialect, writer } = network.origin;
    io.out([format, dialect, writer && `written by ${writer}`].filter(Boolean).join(", "));
    io.out(formatSummary(summary));
  },
});
