import { counted } from "../../base/counted.ts";
import { pushAll } from "../../base/extremes.ts";
import { type Values, field } from "../../base/fields.ts";
import { Model } from "../../api/model.ts";
import { StriateError, UsageError } from "../../base/errors.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { leftOut } from "../../model/lowering/left-out.ts";
import type { Preprocessing } from "../../data/pictures/preprocess.ts";
import { openModel } from "../../api/open-model.ts";
import { PictureFolder } from "../../node/files/picture-folder.ts";
import { readLabels } from "../../api/read-labels.ts";
import { freeTensors } from "../../runtime/free-tensors.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../../views/context.ts";
import { type ScalingGuess, scalingGuess } from "../../views/detective/turns-over.ts";
import { countDrawn, featureMapsView } from "../../views/feature-maps-view.ts";
import { runView } from "../../views/run-view.ts";
import type { PhotoSubject } from "../../views/subject.ts";
import type { AnySeen } from "../../api/report/figures-of.ts";
import type { ReportLooks } from "../../report/report.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import { encodePictures } from "../encode-pictures.ts";
import { optionsOf } from "../flags.ts";
import {
  forceField,
  inputFields,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "../options.ts";
import { SkippedPhotos, remaining } from "../many-photos.ts";
import { PageFile, isPageName } from "../page-file.ts";
import { photoFiles } from "../photos.ts";
import { readSubject } from "../read-input.ts";
import { preview } from "../preview.ts";
import { placed, seeFields, seePhotos } from "../see-photos.ts";
import { isMany } from "../sharded/conducted.ts";
import { manyFields } from "../sharded/many-fields.ts";
import { runPhotosInShards } from "../sharded/many-photos-run.ts";
import { Waiting } from "../waiting.ts";
import { type PhotoReport, aboutNetwork, photoReports, seeReport } from "../see-report.ts";

/** What the demo has besides: the network that it opened already, and a page that it writes beside the folder. */
interface Besides {
  readonly opened: Awaited<ReturnType<typeof openModel>>;
  readonly page: string;
}

const fields = {
  model: field.string(undefined, { help: "a model file", placeholder: "file" }),
  ...seeFields,
  ...manyFields,
  out: field.string("striate-out", {
    placeholder: "path",
    help: "folder for the pictures and see.json, or one page to look around in: NAME.html",
  }),
  force: forceField,
  preview: field.boolean(true, { help: "show no preview in the terminal" }),
  json: field.boolean(false, { help: "print see.json instead of words" }),
  ...inputFields,
};

export const see = defineCommand({
  name: "see",
  group: "see",
  summary: "Draw what every layer makes of a photo",
  arguments: [
    {
      name: "[photos...]",
      help: "photos (JPEG, PNG, WebP and others), folders of them, .npy or .npz",
    },
  ],
  fields,
  examples: [
    "striate see rocky.jpg --model cat_vs_dog.h5",
    "striate see rocky.jpg --model cat_vs_dog.h5 --out rocky.html",
    "striate see rocky.jpg --model cat_vs_dog.h5 --layers 'conv2d_*' --scale-mode layer --labels cat,dog",
  ],
  run: ([given], options, io) => seeAll((given ?? []) as string[], options, io),
});

/** Looks at photos one after the other; what goes wrong with one is said at the end. */
export async function seeAll(
  photosGiven: readonly string[],
  options: Values<typeof fields>,
  io: CommandIo,
  besides?: Besides,
): Promise<void> {
  const { input: inputs } = options;
  if (isMany(options)) return runPhotosInShards(seePhotos, photosGiven, options, io);
  if (photosGiven.length + inputs.length === 0)
    throw new UsageError("give a photo (or .npy, .npz), or --input NAME=FILE for each input");
  using waiting = new Waiting(io, `opening ${options.model}`);
  const files = await photoFiles(photosGiven, options.out);
  const paths = files.map(({ path }) => path);
  // Without a photo the inputs by name are the only one.
  const asked: { path?: string; name?: string }[] = files.length > 0 ? [...files] : [{}];
  const choice = preprocessingChoice(options);
  const opened = besides?.opened ?? (await openModel(options.model, await readOptions(options)));
  const model = new Model(opened, runtime, sessionOptions(options));
  checkFiniteWeights(model.network);
  const labels = options.labels ? await readLabels(options.labels) : undefined;
  const isPage = isPageName(options.out);
  const pagePath = isPage ? options.out : besides?.page;
  const page = pagePath ? await PageFile.at(pagePath, model, options) : undefined;
  const folder = isPage ? undefined : new PictureFolder(options.out, "see.json", options.force);
  const skipped = new SkippedPhotos(paths, io);
  const about = await aboutNetwork(model.network, runtime);
  const left = leftOut(model.network);
  const shows = optionsOf(featureMapsView.shows, options);
  const photos: PhotoReport[] = [];
  let guess: ScalingGuess | undefined;
  let how: Preprocessing | undefined;
  let shown = "";
  const start = performance.now();
  // One scale for all photos needs all of them at once; otherwise one after the other is held.
  const groups = options.scale_mode === "photos" ? [asked] : asked.map((each) => [each]);
  for (const [i, group] of groups.entries()) {
    const which = groups.length > 1 ? remaining(start, i, groups.length) : "";
    waiting.at(`${which}running the network`);
    const subjects: PhotoSubject[] = [];
    for (const { path, name } of group)
      try {
        subjects.push(await readSubject(model, path, choice, { name, labels, inputs }));
      } catch (error) {
        waiting.clear();
        skipped.add(path ?? "", error);
      }
    if (subjects.length === 0) continue;
    const { photo } = subjects[0]!;
    const first = photos.length === 0;
    if (first && photo && inputs.length === 0) {
      how = model.preprocessing(choice);
      guess = await scalingGuess(model.running, photo, choice, labels);
    }
    const told = subjects.map((each) =>
      guess && each.photo ? { ...each, preparation: guess.words } : each,
    );
    const asks = optionsOf(featureMapsView.asks, options);
    const seen = await runView(featureMapsView, viewContext(model.running), told, asks);
    const predictions = seen.result.map(({ prediction }) => prediction);
    await page?.add(seen as unknown as AnySeen, shows, predictions);
    if (i === groups.length - 1) await letGo(model);
    // The answer first: drawing takes longer.
    waiting.clear();
    const { lines } = seen.wordsWithin(io.terminal.width);
    if (!options.json)
      for (const line of first ? [...left, ...lines] : lines.slice(1)) io.out(line);
    const place = asked.length > 1 && subjects.length === 1 ? `${subjects[0]!.name}/` : "";
    const pictures = folder ? placed(seen.draw(shows), place) : [];
    const sheets = countDrawn(seen.result);
    let drawn = 0;
    const files = await encodePictures(pictures, options.format, {
      begin({ page = 1 }) {
        if (page === 1) drawn++;
        waiting.at(`${which}drawing layer ${drawn} of ${sheets}`);
      },
      scale: options.pixel_ratio,
      expected: sheets,
    });
    if (options.preview && io.terminal.isTty && first) {
      const [sheet] = seen.draw(shows);
      shown = (sheet && preview(sheet.picture, io)) ?? "";
    }
    pushAll(photos, photoReports(seen, files));
    await folder?.add(files);
  }
  waiting.clear();
  await model.dispose();
  if (photos.length === 0)
    throw new StriateError(`none of the ${paths.length} photos could be read`);
  const report = seeReport({ about, left, how, guess, options, photos });
  const text = JSON.stringify(report, null, 2);
  await folder?.finish(`${text}\n`);
  const size = await page?.finish([options.model, ...paths], looksOf(options));
  if (options.json) io.text(text);
  else {
    if (shown) io.raw(`${shown}\n`);
    if (folder)
      io.out(`wrote ${counted(folder.pictures, "picture")} and see.json to ${options.out}`);
    if (page) io.out(`wrote ${page.path} (${size}): one page to look around in, in any browser`);
  }
  skipped.throwIfAny();
}

/** How the page looks at first, as the pictures would. */
function looksOf(shows: Values<typeof featureMapsView.shows>): ReportLooks {
  const { scale_mode, colormap, theme } = shows;
  const scale = scale_mode === "photos" ? "network" : scale_mode;
  return { scale, ...(colormap !== null && { colormap }), ...(theme === "dark" && { theme }) };
}

/** The network is not needed while the last pictures are drawn: its weights need not be in memory. */
async function letGo(model: Model): Promise<void> {
  await model.dispose();
  freeTensors(model.network.graph.initializers.values());
}
