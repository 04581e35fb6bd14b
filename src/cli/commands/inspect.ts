import { basename } from "node:path";
import { Model } from "../../api/model.ts";
import { photoSubject } from "../../api/view-subject.ts";
import { UsageError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { graphData, printGraph } from "../../graph/print.ts";
import { formatTree, layerTree } from "../../model/facts/layer-tree.ts";
import { leftOut } from "../../model/lowering/left-out.ts";
import type { Network } from "../../model/network.ts";
import { notesInWords } from "../../model/facts/notes-in-words.ts";
import { formatSummary, summarize } from "../../model/facts/summary.ts";
import { formatWeights } from "../../model/facts/weight-table.ts";
import { RunningNetwork } from "../../model/running.ts";
import { openModel } from "../../api/open-model.ts";
import { readLabels } from "../../api/read-labels.ts";
import { inferShapes } from "../../ops/infer/infer-shapes.ts";
import { mayReplaceFile } from "../../node/files/replace-files.ts";
import { writePng, writeSvg } from "../../api/write-picture.ts";
import { runtime } from "../../runtime/node/index.ts";
import { architectureView } from "../../views/architecture-view.ts";
import { viewContext } from "../../views/context.ts";
import { preprocessingView } from "../../views/preprocessing-view.ts";
import { runView } from "../../views/run-view.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import { fileNames } from "../file-names.ts";
import { optionsOf } from "../flags.ts";
import { forceField, modelFields, readOptions } from "../options.ts";
import { readPhoto } from "../photos.ts";

export const inspect = defineCommand({
  name: "inspect",
  group: "see",
  summary: "What a model file is, and the table of its layers",
  arguments: [{ name: "<file>", help: "a model file" }],
  fields: {
    json: field.boolean(false, { help: "print data instead of a table" }),
    tree: field.boolean(false, { help: "nested models with what is in them, as a tree" }),
    graph: field.nullable(
      field.choice(["text", "svg", "png"], undefined, {
        help: "alone: print the ONNX graph, node by node; svg, png: draw the architecture",
        implied: "text",
      }),
    ),
    ...architectureView.asks,
    ...architectureView.shows,
    out: field.nullable(
      field.string(undefined, {
        placeholder: "path",
        help: "the file that --graph svg or png writes",
      }),
    ),
    force: forceField,
    photo: field.nullable(
      field.string(undefined, {
        placeholder: "file",
        help: "find out by a photo how photos were prepared for the network",
      }),
    ),
    labels: field.nullable(
      field.string(undefined, {
        help: "with --photo: names of the classes, a list, a file of them, or imagenet",
      }),
    ),
    ...modelFields,
  },
  examples: [
    "striate inspect cat_vs_dog.h5",
    "striate inspect model.onnx --json",
    "striate inspect resnet.keras --graph svg --fold --out resnet.svg",
    "striate inspect mobilenet.onnx --photo rocky.jpg --labels imagenet",
  ],
  async run([file], options, io) {
    const { graph } = options;
    if (options.out !== null && (graph === null || graph === "text"))
      throw new UsageError("--out: is for a picture; add --graph svg or --graph png");
    if (options.photo !== null && graph !== null)
      throw new UsageError("--photo: goes with the table of layers, not with --graph");
    if (options.labels !== null && options.photo === null)
      throw new UsageError("--labels: names what --photo is taken for; add --photo");
    const opened = await openModel(file as string, await readOptions(options));
    const { network } = opened;
    if (graph === "text") {
      inferShapes(network.graph);
      const data = () => JSON.stringify(graphData(network.graph), null, 2);
      io.text(options.json ? data() : printGraph(network.graph));
    } else if (graph !== null) await draw(network, graph, options, io);
    else {
      const found = options.photo ? await lookAt(opened, options.photo, options.labels) : undefined;
      describe(network, options, io, found?.json);
      if (found && !options.json)
        for (const line of ["", ...found.wordsWithin(io.terminal.width).lines]) io.out(line);
    }
  },
});

/** What a photo tells of the preprocessing. */
async function lookAt(opened: OpenedModel, path: string, labels: string | null) {
  const names = labels === null ? undefined : await readLabels(labels);
  const model = new Model(opened, runtime);
  const { orient, resize } = model.preprocessing();
  const subject = photoSubject(model, await readPhoto(path, { orient, resize }), { labels: names });
  try {
    return await runView(preprocessingView, viewContext(model.running), subject);
  } finally {
    await model.dispose();
  }
}

function describe(
  network: Network,
  options: { json: boolean; tree: boolean },
  io: CommandIo,
  photo?: unknown,
): void {
  const summary = summarize(network);
  const tree = options.tree ? layerTree(network, summary) : undefined;
  if (options.json) {
    const { inputs, outputs, labels, preprocessing, history } = network;
    const left = leftOut(network);
    const data = {
      ...summary,
      inputs,
      outputs,
      left_out: left,
      labels,
      preprocessing,
      history,
      tree,
      photo,
    };
    io.text(JSON.stringify(data, null, 2));
    return;
  }
  const { format, dialect, writer } = network.origin;
  io.out([format, dialect, writer && `written by ${writer}`].filter(Boolean).join(", "));
  if (network.layers.length === 0) {
    io.text(formatWeights(network, io.terminal.width));
    io.out(" The file holds no layers: --arch model.json adds them, where there is such a file.");
    return;
  }
  for (const line of notesInWords(network)) io.out(line);
  const { width } = io.terminal;
  io.text(tree ? formatTree(tree, width) : formatSummary(summary, width));
  for (const sentence of leftOut(network)) io.out(` ${sentence}`);
}

async function draw(
  network: Network,
  kind: "svg" | "png",
  options: { fold: boolean; theme: "light" | "dark"; out: string | null; force: boolean },
  io: CommandIo,
): Promise<void> {
  const [stem] = fileNames([basename(network.origin.file ?? network.name).replace(/\.\w+$/, "")]);
  const path = options.out ?? `${stem!}.${kind}`;
  await mayReplaceFile(path, options);
  const seen = await runView(
    architectureView,
    viewContext(new RunningNetwork(network, runtime)),
    undefined,
    optionsOf(architectureView.asks, options),
  );
  const [drawn] = seen.draw(optionsOf(architectureView.shows, options));
  const { picture } = drawn!;
  await (kind === "svg" ? writeSvg(path, picture) : writePng(path, picture));
  io.out(`wrote ${path}, ${Math.round(picture.width)} x ${Math.round(picture.height)} pixels`);
}
