import { availableParallelism } from "node:os";
import { basename, extname } from "node:path";
import { field } from "../../base/fields.ts";
import { textTable } from "../../base/text-table.ts";
import { Model } from "../../api/model.ts";
import { describePreprocessing } from "../../data/preprocess.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import type { PreprocessingChoice } from "../../model/photo-input.ts";
import { toSvg } from "../../plot/svg.ts";
import { encodePng } from "../../node/encode-png.ts";
import { type OutputFile, writeFolder } from "../../node/files.ts";
import { readLabels } from "../../node/read-labels.ts";
import { openModel } from "../../node/open-model.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { NamedPicture, ViewPhoto } from "../../views/define-view.ts";
import { type SeenLayer, featureMapsView } from "../../views/feature-maps-view.ts";
import { formatPrediction, readPrediction } from "../../views/prediction.ts";
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
    const paths = photos as string[];
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
    const pictures = featureMapsView.draw(result, options);
    const seen = names.map((name, i): SeenPhoto => {
      const prediction = readPrediction(model.network, result.outputs[i]![0]!, labels);
      const layers = result.layers.filter(({ photo }) => photo === name);
      return { name, path: paths[i]!, image: images[i]!, prediction, layers };
    });
    const drawn = placed(result.layers, pictures, names.length > 1, options.format);
    const how = model.preprocessing(choice);
    const report = seeReport({ model, runtime, how, options, seen, files: drawn });
    const text = `${JSON.stringify(report, null, 2)}\n`;
    const files = await encoded(drawn, options.format);
    await writeFolder(options.out, [...files, { path: "see.json", bytes: text }]);
    if (options.json) {
      io.out(text.trimEnd());
      return;
    }
    say(io, model, choice, seen);
    if (options.preview) {
      const shown = drawn[0] && preview(drawn[0].picture, io);
      if (shown) io.out(shown);
    }
    io.out(
      `wrote ${drawn.length} picture${drawn.length === 1 ? "" : "s"} and see.json to ${options.out}`,
    );
  },
});

/** The answer in words: what was done to the photo, the prediction, one line a layer. */
function say(
  io: CommandIo,
  model: Model,
  choice: PreprocessingChoice,
  seen: readonly SeenPhoto[],
): void {
  io.out(`input: ${describePreprocessing(model.preprocessing(choice))}`);
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

interface PlacedPicture extends NamedPicture {
  layer: SeenLayer;
  /** Within the output folder. */
  path: string;
}

/** Gives every picture its file: one a layer, in a folder of its own for each of several photos. */
function placed(
  layers: readonly SeenLayer[],
  pictures: readonly NamedPicture[],
  several: boolean,
  format: string,
): PlacedPicture[] {
  const wanted = layers.map(
    ({ maps, photo }) => (several ? `${photo}/` : "") + fileName(maps.address),
  );
  const names = fileNames(wanted);
  return pictures.map((picture, i) => ({
    ...picture,
    layer: layers[i]!,
    path: `${names[i]!}.${format}`,
  }));
}

/** An address as a file name: nothing in it can lead out of the folder. */
const fileName = (address: string): string => address.replaceAll("/", "__");

/** Encodes as many pictures at once as there are cores, so that memory stays bounded. */
async function encoded(pictures: readonly PlacedPicture[], format: string): Promise<OutputFile[]> {
  const files: OutputFile[] = [];
  const wide = availableParallelism();
  for (let i = 0; i < pictures.length; i += wide)
    files.push(
      ...(await Promise.all(
        pictures.slice(i, i + wide).map(async ({ path, picture }) => ({
          path,
          bytes: format === "svg" ? await toSvg(picture) : await encodePng(picture),
        })),
      )),
    );
  return files;
}
