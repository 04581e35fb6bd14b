import { UsageError } from "../base/errors.ts";
import { type Values, field } from "../base/fields.ts";
import { Model } from "../api/model.ts";
import { openModel } from "../api/open-model.ts";
import { readLabels } from "../api/read-labels.ts";
import { checkFiniteWeights } from "../model/check-weights.ts";
import { leftOut } from "../model/lowering/left-out.ts";
import { runtime } from "../runtime/node/index.ts";
import { viewContext } from "../views/context.ts";
import type { NamedPicture } from "../views/define-view.ts";
import { featureMapsView } from "../views/feature-maps-view.ts";
import { runView } from "../views/run-view.ts";
import { encodePictures } from "./encode-pictures.ts";
import { guessOf } from "./first-guess.ts";
import { optionsOf } from "./flags.ts";
import {
  engineFields,
  modelFields,
  photoFields,
  pixelRatioField,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "./options.ts";
import { readSubject } from "./read-input.ts";
import { type PhotoReport, aboutNetwork, photoReports, seeReport } from "./see-report.ts";
import type { PhotoCommand } from "./sharded/photo-command.ts";

/** Flags of `see` that its pictures and its report depend on. */
export const seeFields = {
  ...featureMapsView.asks,
  ...featureMapsView.shows,
  format: field.choice(["png", "svg"], "png", { help: "kind of picture" }),
  pixel_ratio: pixelRatioField,
  labels: field.nullable(
    field.string(undefined, { help: "names of the classes: cat,dog, or a file of them" }),
  ),
  ...modelFields,
  ...photoFields,
  ...engineFields,
};

/** `see` of many photos, in shards: the pictures and see.json of the command that runs alone. */
export const seePhotos: PhotoCommand = {
  name: "see",
  fields: seeFields,
  report: "see.json",
  async open(path, photos, given) {
    const options = given as Values<typeof seeFields>;
    if (options.scale_mode === "photos")
      throw new UsageError("--scale-mode photos needs all photos at once; give another one");
    // One thread: the work is shared out by photos, and the numbers are those of any number of workers.
    const session = { ...sessionOptions(options), threads: 1 };
    const model = new Model(await openModel(path, await readOptions(options)), runtime, session);
    checkFiniteWeights(model.network);
    const labels = options.labels ? await readLabels(options.labels) : undefined;
    const choice = preprocessingChoice(options);
    const guess = await guessOf(model, photos, choice, labels);
    const about = await aboutNetwork(model.network, runtime);
    const left = leftOut(model.network);
    const how = model.preprocessing(choice);
    const asks = optionsOf(featureMapsView.asks, options);
    const shows = optionsOf(featureMapsView.shows, options);
    return {
      async one(index, signal) {
        const { path, name } = photos[index]!;
        const photo = await readSubject(model, path, choice, { name, labels });
        const told = guess && photo.photo ? { ...photo, preparation: guess.words } : photo;
        const context = viewContext(model.running, signal && { signal });
        const seen = await runView(featureMapsView, context, [told], asks);
        const place = photos.length > 1 ? `${name}/` : "";
        const files = await encodePictures(placed(seen.draw(shows), place), options.format, {
          scale: options.pixel_ratio,
        });
        return { files, entries: photoReports(seen, files) };
      },
      whole: (entries) =>
        seeReport({ about, left, how, guess, options, photos: entries as PhotoReport[] }),
      close: () => model.dispose(),
    };
  },
};

/** Pictures in a folder of their own. */
export function* placed(pictures: Iterable<NamedPicture>, place: string): Generator<NamedPicture> {
  for (const each of pictures) yield { ...each, name: place + each.name };
}
