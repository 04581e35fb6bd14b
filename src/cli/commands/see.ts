import { availableParallelism } from "node:os";
import { basename, extname } from "node:path";
import { field } from "../../base/fields.ts";
import { textTable } from "../../base/text-table.ts";
import { Model } from "../../api/model.ts";
import { type Preprocessing, describePreprocessing } from "../../data/preprocess.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { toSvg } from "../../plot/svg.ts";
import { encodePng } from "../../node/pictures/encode-png.ts";
import { type OutputFile, writeFolder } from "../../node/files/files.ts";
import { readLabels } from "../../node/files/read-labels.ts";
import { freeTensors } from "../../runtime/free-tensors.ts";
import { openModel } from "../../node/files/open-model.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { NamedPicture, ViewPhoto } from "../../views/define-view.ts";
import { type SeenLayer, featureMapsView } from "../../views/feature-maps-view.ts";
import { formatPrediction, readPrediction } from "../../model/prediction.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import { fileNames } from "../file-names.ts";
import { layerLine, layerNumbers } from "../layer-line.ts";
import {
  engineFields,
  modelFields,
  photoFields,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "../options.ts";
import { readPhoto } from "../photos.ts";
import { preview } from "../preview.ts";
import { type SeenPhoto, seeReport } from "../see-report.ts";

export const see = defineCommand({
  name: "see",
  summary: "Draw what every layer makes of a photo",
  arguments: [{ name: "<photos...>", help: "photos: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP" }],
  fields: {
    model: field.string(undefined, { help: "a model file" }),
    ...featureMapsView.fields,
    out: field.string("striate-out", { help: "folder for the pictures and see.json" }),
    format: field.choice(["png", "svg"], "png", { help: "kind of picture" }),
    labels: field.nullable(
      field.string(undefined, { help: "names of the classes: cat,dog, or a file of them" }),
    ),
    preview: field.boolean(true, { help: "show no preview in the terminal" }),
    json: field.boolean(false, { help: "print see.json instead of words" }),
    ...modelFields,
    ...photoFields,
    ...engineFields,
  },
  examples: [
    "striate see rocky.jpg --model cat_vs_dog.h5",
    "striate see rocky.jpg --model cat_vs_dog.h5 --layers 'conv2d_*' --scale-mode layer --labels cat,dog",
  ],
  async run([photos], options, io) {
    const { network, how, seen, result } = await look(photos as string[], options);
    const { layers } = result;
    const paths = picturePaths(layers, seen.length > 1, options.format);
    const report = seeReport({ network, runtime, how, options, seen, layers, paths });
    const text = `${JSON.stringify(report, null, 2)}\n`;
    const files = await encoded(featureMapsView.draw(result, options), paths, options.format);
    await writeFolder(options.out, [...files, { path: "see.json", bytes: text }]);
    if (options.json) {
      io.out(text.trimEnd());
      return;
    }
    say(io, how, seen);
    if (options.preview && io.terminal.isTty) {
      const [first] = featureMapsView.draw(result, options);
      const shown = first && preview(first.picture, io);
      if (shown) io.out(shown);
    }
    io.out(
      `wrote ${files.length} picture${files.length === 1 ? "" : "s"} and see.json to ${options.out}`,
    );
  },
});

type SeeOptions = Parameters<(typeof see)["run"]>[1];

/**
 * What the network makes of the photos. The network itself is let go: its weights need not be in memory
 * while pictures are drawn.
 */
async function look(paths: readonly string[], options: SeeOptions) {
  const choice = preprocessingChoice(options);
  const [model, ...images] = await Promise.all([
    openModel(options.model, await readOptions(options)).then(
      (opened) => new Model(opened, runtime, sessionOptions(options)),
    ),
    ...paths.map((path) => readPhoto(path, { orient: options.orient, resize: choice.resize })),
  ]);
  checkFiniteWeights(model.network);
  const labels = options.labels ? await readLabels(options.labels) : model.network.labels;
  const names = fileNames(paths.map((path) => basename(path, extname(path))));
  const prepared = images.map((image, i): ViewPhoto => {
    return { name: names[i]!, feeds: model.feeds(image, choice) };
  });
  const result = await featureMapsView.compute(model.running, prepared, options);
  await model.dispose();
  freeTensors(model.network.graph.initializers.values());
  const seen = names.map((name, i): SeenPhoto => {
    const prediction = readPrediction(model.network, result.outputs[i]!, labels);
    const layers = result.layers.filter(({ photo }) => photo === name);
    return { name, path: paths[i]!, image: images[i]!, prediction, layers };
  });
  const { name, origin, inputs, outputs } = model.network;
  const how = model.preprocessing(choice);
  return { network: { name, origin, inputs, outputs }, how, seen, result };
}

/** The answer in words: what was done to the photo, the prediction, one line a layer. */
function say(io: CommandIo, how: Preprocessing, seen: readonly SeenPhoto[]): void {
  io.out(`input: ${describePreprocessing(how)}`);
  for (const { path, image, prediction, layers } of seen) {
    const done = image.origin.steps.length > 0 ? ` (${image.origin.steps.join(", ")})` : "";
    io.out(`\n${path}${done}${prediction ? `: ${formatPrediction(prediction)}` : ""}`);
    io.out(
      textTable(
        columns,
        layers.map((layer) => layerLine(layerNumbers(layer))),
      ),
    );
  }
}

const columns = [
  { title: "layer" },
  { title: "class" },
  { title: "shape" },
  { title: "range" },
  { title: "zero", right: true },
  { title: "dead maps" },
];

/** Gives every picture its file: one a layer, in a folder of its own for each of several photos. */
function picturePaths(layers: readonly SeenLayer[], several: boolean, format: string): string[] {
  const wanted = layers.map(
    ({ maps, photo }) => (several ? `${photo}/` : "") + fileName(maps.address),
  );
  return fileNames(wanted).map((name) => `${name}.${format}`);
}

/** An address as a file name: nothing in it can lead out of the folder. */
const fileName = (address: string): string => address.replaceAll("/", "__");

/** Draws and encodes as many pictures at once as there are cores, so that memory stays bounded. */
async function encoded(
  pictures: Iterable<NamedPicture>,
  paths: readonly string[],
  format: string,
): Promise<OutputFile[]> {
  const files: OutputFile[] = [];
  const waiting = pictures[Symbol.iterator]();
  let taken = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const at = taken++;
      const { picture } = next.value;
      const bytes = format === "svg" ? await toSvg(picture) : await encodePng(picture);
      files[at] = { path: paths[at]!, bytes };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return files;
}
