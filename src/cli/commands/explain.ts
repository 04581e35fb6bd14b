import { count } from "../../plot/format-number.ts";
import { basename, extname, join } from "node:path";
import { Model } from "../../api/model.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { openModel } from "../../api/open-model.ts";
import { writeFolder } from "../../node/files/write-files.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../../views/context.ts";
import type { AnyView } from "../../views/define-view.ts";
import { runView } from "../../views/run-view.ts";
import { defineCommand } from "../command.ts";
import { fileNames } from "../file-names.ts";
import { inputFields, preprocessingChoice, readOptions, sessionOptions } from "../options.ts";
import { PageFile, isPageName } from "../page-file.ts";
import { photoFiles } from "../photos.ts";
import { readSubject } from "../read-input.ts";
import { SkippedPhotos, remaining } from "../many-photos.ts";
import { chosenMethods, explainPhotos, methodField, methodFields } from "../explain-photos.ts";
import { isMany, refuseMany } from "../sharded/conducted.ts";
import { manyFields } from "../sharded/many-fields.ts";
import { runPhotosInShards } from "../sharded/many-photos-run.ts";
import { Waiting } from "../waiting.ts";
import { checkTaken, givenOf } from "../views/given.ts";
import { type ScalingGuess, scalingGuess } from "../../views/detective/turns-over.ts";
import { contextOptions, labelsOf, runFields } from "../views/run-options.ts";
import { Numbers, checkNumbersName, picturesOf } from "../views/view-output.ts";

export const explain = defineCommand({
  name: "explain",
  summary: "Why did it say so? Heatmaps over the photo, by the method of your choice",
  arguments: [{ name: "[photos...]", help: "photos, folders of them, .npy or .npz of tensors" }],
  fields: {
    model: field.string(undefined, { help: "a model file" }),
    method: methodField,
    ...methodFields,
    ...manyFields,
    ...runFields,
    ...inputFields,
  },
  examples: [
    "striate explain rocky.jpg --model cat_vs_dog.h5 --labels cat,dog",
    "striate explain rocky.jpg --model cat_vs_dog.h5 --method grad-cam,occlusion --out rocky.html",
    "striate explain photos/ --model model.onnx --method grad-cam,occlusion --target class:dog --numbers maps.npz",
  ],
  async run([photos], options, io) {
    const chosen = chosenMethods(options.method);
    if (isMany(options)) {
      if (options.numbers !== null) refuseMany("--numbers is written by one process");
      return runPhotosInShards(explainPhotos, photos as string[], options, io);
    }
    checkTaken(chosen, methodFields, options);
    checkNumbersName(options.numbers);
    const given = new Map<AnyView, { asks: object; shows: object }>();
    for (const view of chosen) {
      const [asks, shows] = [await givenOf(view.asks, options), await givenOf(view.shows, options)];
      given.set(view, { asks, shows });
    }
    using waiting = new Waiting(io, `opening ${options.model}`);
    const inputs = options.input;
    const paths = await photoFiles(photos as string[]);
    // Without a photo the inputs by name are the only one.
    const all: (string | undefined)[] = paths.length > 0 ? paths : [undefined];
    const opened = await openModel(options.model, await readOptions(options));
    const model = new Model(opened, runtime, sessionOptions(options));
    checkFiniteWeights(model.network);
    const labels = await labelsOf(options.labels);
    const names = fileNames(paths.map((path) => basename(path, extname(path))));
    const page = isPageName(options.out)
      ? await PageFile.at(options.out, model, options)
      : undefined;
    const numbers = new Numbers();
    const report: object[] = [];
    const several = paths.length > 1;
    const start = performance.now();
    const skipped = new SkippedPhotos(paths, io);
    let written = 0;
    let guess: ScalingGuess | undefined;
    using asked = contextOptions(options, io);
    for (const [i, path] of all.entries()) {
      if (asked.signal!.aborted) break;
      const which = several ? remaining(start, i, paths.length) : "";
      try {
        const choice = preprocessingChoice(options);
        const photo = await readSubject(model, path, choice, { name: names[i], labels, inputs });
        if (report.length === 0 && photo.photo)
          guess = await scalingGuess(model.running, photo.photo, choice, labels);
        const told = guess && photo.photo ? { ...photo, preparation: guess.words } : photo;
        for (const view of chosen) {
          waiting.at(`${which}${view.title}`);
          const context = viewContext(model.running, asked);
          const { asks, shows } = given.get(view)!;
          const seen = await runView(view, context, told, asks);
          waiting.clear();
          await page?.add(seen, shows);
          const files = page ? [] : await picturesOf(seen, shows, options);
          if (!page) await writeFolder(options.out, files);
          written += files.length;
          if (options.numbers !== null) numbers.add(seen, several ? `${names[i]!}/` : "");
          report.push({
            photo: path ?? null,
            method: view.id,
            ...(guess ? { guess: true, turnsOver: guess.turnsOver } : {}),
            ...(seen.json as object),
            files: files.map((file) => join(options.out, file.path)),
          });
          if (!options.json) for (const line of seen.words.lines) io.out(line);
        }
      } catch (error) {
        waiting.clear();
        skipped.add(path ?? "", error);
      }
    }
    waiting.clear();
    await model.dispose();
    if (report.length === 0)
      throw new StriateError(`none of the ${paths.length} photos could be explained`);
    if (options.numbers !== null) await numbers.write(options.numbers, chosen[0]);
    const also = options.numbers === null ? "" : ` and ${options.numbers}`;
    const size = await page?.finish([options.model, ...paths]);
    if (options.json) io.out(JSON.stringify(report, null, 2));
    else if (page)
      io.out(`wrote ${page.path} (${size})${also}: one page to look around in, in any browser`);
    else io.out(`wrote ${count(written, "picture")} to ${options.out}${also}`);
    skipped.throwIfAny();
  },
});
