import { basename, extname } from "node:path";
import { field } from "../../base/fields.ts";
import { Model } from "../../api/model.ts";
import { StriateError } from "../../base/errors.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { leftOut } from "../../model/left-out.ts";
import { openModel } from "../../api/open-model.ts";
import { PictureFolder } from "../../node/files/picture-folder.ts";
import { count } from "../../plot/format-number.ts";
import { readLabels } from "../../api/read-labels.ts";
import { freeTensors } from "../../runtime/free-tensors.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../../views/context.ts";
import { type ScalingGuess, scalingGuess } from "../../views/detective/turns-over.ts";
import { featureMapsView } from "../../views/feature-maps-view.ts";
import { runView } from "../../views/run-view.ts";
import type { NamedPicture } from "../../views/define-view.ts";
import type { PhotoSubject } from "../../views/subject.ts";
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
import { SkippedPhotos, sayRemaining } from "../many-photos.ts";
import { photoFiles } from "../photos.ts";
import { readSubject } from "../read-input.ts";
import { preview } from "../preview.ts";
import { type PhotoReport, aboutNetwork, photoReports, seeReport } from "../see-report.ts";

export const see = defineCommand({
  name: "see",
  summary: "Draw what every layer makes of a photo",
  arguments: [
    {
      name: "<photos...>",
      help: "photos (JPEG, PNG, WebP and others), folders of them, .npy or .npz",
    },
  ],
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
  async run([given], options, io) {
    const paths = await photoFiles(given as string[]);
    const names = fileNames(paths.map((path) => basename(path, extname(path))));
    const asked = paths.map((path, i) => ({ path, name: names[i]! }));
    const choice = preprocessingChoice(options);
    const opened = await openModel(options.model, await readOptions(options));
    const model = new Model(opened, runtime, sessionOptions(options));
    checkFiniteWeights(model.network);
    const labels = options.labels ? await readLabels(options.labels) : undefined;
    const folder = new PictureFolder(options.out, "see.json", options.force);
    const skipped = new SkippedPhotos(paths, io);
    const about = aboutNetwork(model.network, runtime);
    const left = leftOut(model.network);
    const how = model.preprocessing(choice);
    const shows = optionsOf(featureMapsView.shows, options);
    const photos: PhotoReport[] = [];
    let guess: ScalingGuess | undefined;
    let shown = "";
    const start = performance.now();
    // One scale for all photos needs all of them at once; otherwise one after the other is held.
    const groups = options.scale_mode === "photos" ? [asked] : asked.map((each) => [each]);
    for (const [i, group] of groups.entries()) {
      sayRemaining(io, start, i, groups.length);
      const subjects: PhotoSubject[] = [];
      for (const { path, name } of group)
        try {
          subjects.push(await readSubject(model, path, choice, { name, labels }));
        } catch (error) {
          skipped.add(path, error);
        }
      if (subjects.length === 0) continue;
      const { photo } = subjects[0]!;
      if (photos.length === 0 && photo)
        guess = await scalingGuess(model.running, photo, choice, labels);
      const told = subjects.map((each) =>
        guess && each.photo ? { ...each, preparation: guess.words } : each,
      );
      const asks = optionsOf(featureMapsView.asks, options);
      const seen = await runView(featureMapsView, viewContext(model.running), told, asks);
      if (i === groups.length - 1) await letGo(model);
      // The answer first: drawing takes longer.
      const { lines } = seen.words;
      const first = photos.length === 0;
      if (!options.json)
        for (const line of first ? [...left, ...lines] : lines.slice(1)) io.out(line);
      const place = paths.length > 1 && subjects.length === 1 ? `${subjects[0]!.name}/` : "";
      const files = await encodePictures(placed(seen.draw(shows), place), options.format);
      if (options.preview && io.terminal.isTty && first) {
        const [sheet] = seen.draw(shows);
        shown = (sheet && preview(sheet.picture, io)) ?? "";
      }
      photos.push(...photoReports(seen, files));
      await folder.add(files);
    }
    await model.dispose();
    if (photos.length === 0)
      throw new StriateError(`none of the ${paths.length} photos could be read`);
    const report = seeReport({ about, left, how, guess, options, photos });
    const text = JSON.stringify(report, null, 2);
    await folder.finish(`${text}\n`);
    if (options.json) io.out(text);
    else {
      if (shown) io.raw(`${shown}\n`);
      io.out(`wrote ${count(folder.pictures, "picture")} and see.json to ${options.out}`);
    }
    skipped.throwIfAny();
  },
});

/** The network is not needed while the last pictures are drawn: its weights need not be in memory. */
async function letGo(model: Model): Promise<void> {
  await model.dispose();
  freeTensors(model.network.graph.initializers.values());
}

function* placed(pictures: Iterable<NamedPicture>, place: string): Generator<NamedPicture> {
  for (const { name, picture } of pictures) yield { name: place + name, picture };
}
