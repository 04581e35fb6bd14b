import { counted } from "../../base/counted.ts";
import { join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { replaceInFolder } from "../../node/files/replace-files.ts";
import type { AnyView } from "../../views/define-view.ts";
import { scalingGuess } from "../../views/detective/turns-over.ts";
import { defineCommand } from "../command.ts";
import { explainPhotos } from "../explain-photos.ts";
import { Explainer, methodFields } from "../explainer.ts";
import { SkippedPhotos, remaining } from "../many-photos.ts";
import { inputFields } from "../options.ts";
import { PageFile, isPageName } from "../page-file.ts";
import { photoFiles } from "../photos.ts";
import { readSubject } from "../read-input.ts";
import { isMany, refuseMany } from "../sharded/conducted.ts";
import { manyFields } from "../sharded/many-fields.ts";
import { runPhotosInShards } from "../sharded/many-photos-run.ts";
import { contextOptions, runFields } from "../views/run-options.ts";
import { Numbers, checkNumbers, picturesOf } from "../views/view-output.ts";
import { Waiting } from "../waiting.ts";

export const explain = defineCommand({
  name: "explain",
  group: "see",
  summary: "Why did it say so? Heatmaps over the photo, by the method of your choice",
  arguments: [{ name: "[photos...]", help: "photos, folders of them, .npy or .npz of tensors" }],
  fields: {
    model: field.string(undefined, { help: "a model file", placeholder: "file" }),
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
    if (isMany(options)) {
      if (options.numbers !== null) refuseMany("--numbers is written by one process");
      return runPhotosInShards(explainPhotos, photos as string[], options, io);
    }
    await checkNumbers(options.numbers, options);
    using waiting = new Waiting(io, `opening ${options.model}`);
    const inputs = options.input;
    const found = await photoFiles(photos as string[], options.out);
    const paths = found.map(({ path }) => path);
    // Without a photo the inputs by name are the only one.
    const all: { path?: string; name?: string }[] = found.length > 0 ? [...found] : [{}];
    const explainer = await Explainer.open(options.model, options);
    const { model, labels, choice } = explainer;
    const page = isPageName(options.out)
      ? await PageFile.at(options.out, model, options)
      : undefined;
    const numbers = new Numbers();
    const report: object[] = [];
    const several = paths.length > 1;
    const start = performance.now();
    const skipped = new SkippedPhotos(paths, io);
    let written = 0;
    using asked = contextOptions(options, io);
    for (const [i, { path, name }] of all.entries()) {
      if (asked.signal!.aborted) break;
      const which = several ? remaining(start, i, paths.length) : "";
      try {
        const photo = await readSubject(model, path, choice, { name, labels, inputs });
        if (report.length === 0 && photo.photo)
          explainer.guess = await scalingGuess(model.running, photo.photo, choice, labels);
        const begin = ({ title }: AnyView) => waiting.at(`${which}${title}`);
        for await (const { seen, shows, entry } of explainer.explain(photo, asked, begin)) {
          waiting.clear();
          await page?.add(seen, shows);
          const files = page ? [] : await picturesOf(seen, shows, options);
          if (!page) await replaceInFolder(options.out, files, options);
          written += files.length;
          if (options.numbers !== null) numbers.add(seen, several ? `${name!}/` : "");
          report.push(
            entry(
              path,
              files.map((file) => join(options.out, file.path)),
            ),
          );
          if (!options.json)
            for (const line of seen.wordsWithin(io.terminal.width).lines) io.out(line);
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
    if (options.numbers !== null) await numbers.write(options.numbers, explainer.methods[0]);
    const also = options.numbers === null ? "" : ` and ${options.numbers}`;
    const size = await page?.finish([options.model, ...paths]);
    if (options.json) io.text(JSON.stringify(report, null, 2));
    else if (page)
      io.out(`wrote ${page.path} (${size})${also}: one page to look around in, in any browser`);
    else io.out(`wrote ${counted(written, "picture")} to ${options.out}${also}`);
    skipped.throwIfAny();
  },
});
