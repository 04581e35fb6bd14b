import { basename, extname } from "node:path";
import { field } from "../../base/fields.ts";
import { Model } from "../../api/model.ts";
import { photoSubject } from "../../api/view-subject.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { leftOut } from "../../model/left-out.ts";
import { openModel } from "../../api/open-model.ts";
import { refuseForeignIn } from "../../node/files/may-replace.ts";
import { writeFolder } from "../../node/files/write-files.ts";
import { readLabels } from "../../api/read-labels.ts";
import { freeTensors } from "../../runtime/free-tensors.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../../views/context.ts";
import { scalingGuess } from "../../views/detective/turns-over.ts";
import { featureMapsView } from "../../views/feature-maps-view.ts";
import { runView } from "../../views/run-view.ts";
import { defineCommand } from "../command.ts";
import { encodePictures } from "../encode-pictures.ts";
import { fileNames } from "../file-names.ts";
import { optionsOf } from "../flags.ts";
import {
  engineFields,
  forceField,
  modelFields,
  photoFields,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "../options.ts";
import { readPhoto } from "../photos.ts";
import { preview } from "../preview.ts";
import { seeReport } from "../see-report.ts";

export const see = defineCommand({
  name: "see",
  summary: "Draw what every layer makes of a photo",
  arguments: [{ name: "<photos...>", help: "photos: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP" }],
  fields: {
    model: field.string(undefined, { help: "a model file" }),
    ...featureMapsView.asks,
    ...featureMapsView.shows,
    out: field.string("striate-out", { help: "folder for the pictures and see.json" }),
    format: field.choice(["png", "svg"], "png", { help: "kind of picture" }),
    labels: field.nullable(
      field.string(undefined, { help: "names of the classes: cat,dog, or a file of them" }),
    ),
    force: forceField,
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
    const { network, left, how, guess, seen } = await look(photos as string[], options);
    const shows = optionsOf(featureMapsView.shows, options);
    const files = await encodePictures(seen.draw(shows), options.format);
    const report = seeReport({ network, left, runtime, how, guess, options, seen, files });
    const text = `${JSON.stringify(report, null, 2)}\n`;
    const all = [...files, { path: "see.json", bytes: text }];
    if (!options.force) await refuseForeignIn(options.out, all, "see.json");
    await writeFolder(options.out, all);
    if (options.json) {
      io.out(text.trimEnd());
      return;
    }
    for (const sentence of left) io.out(sentence);
    for (const line of seen.words.lines) io.out(line);
    if (options.preview && io.terminal.isTty) {
      const [first] = seen.draw(shows);
      const shown = first && preview(first.picture, io);
      if (shown) io.raw(`${shown}\n`);
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
  const opened = await openModel(options.model, await readOptions(options));
  const model = new Model(opened, runtime, sessionOptions(options));
  // Who turns and who decodes is decided with the model's own preprocessing.
  const { orient, resize } = model.preprocessing(choice);
  const images = await Promise.all(paths.map((path) => readPhoto(path, { orient, resize })));
  checkFiniteWeights(model.network);
  const labels = options.labels ? await readLabels(options.labels) : undefined;
  const names = fileNames(paths.map((path) => basename(path, extname(path))));
  const photos = images.map((image, i) =>
    photoSubject(model, image, { preprocessing: choice, name: names[i]!, labels }),
  );
  const asks = optionsOf(featureMapsView.asks, options);
  const guess = await scalingGuess(model.running, images[0]!, choice, labels);
  const told = guess ? photos.map((each) => ({ ...each, preparation: guess.words })) : photos;
  const seen = await runView(featureMapsView, viewContext(model.running), told, asks);
  await model.dispose();
  freeTensors(model.network.graph.initializers.values());
  const { name, origin, inputs, outputs } = model.network;
  return {
    network: { name, origin, inputs, outputs },
    left: leftOut(model.network),
    how: model.preprocessing(choice),
    guess,
    seen,
  };
}
