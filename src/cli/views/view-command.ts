import { basename, extname, join } from "node:path";
import { Model } from "../../api/model.ts";
import type { Fields } from "../../base/fields.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { openModel } from "../../api/open-model.ts";
import { replaceInFolder } from "../../node/files/replace-files.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../../views/context.ts";
import type { AnyView } from "../../views/define-view.ts";
import { runView } from "../../views/run-view.ts";
import type { Subjects, Takes } from "../../views/subject.ts";
import { type CommandDefinition, defineCommand } from "../command.ts";
import { fileNames } from "../file-names.ts";
import { inputFields, preprocessingChoice, readOptions, sessionOptions } from "../options.ts";
import { PageFile, isPageName } from "../page-file.ts";
import { type PhotoFile, photoFiles } from "../photos.ts";
import { readSubject } from "../read-input.ts";
import { givenOf } from "./given.ts";
import { mergedFields } from "../../views/merged-fields.ts";
import { contextOptions, labelsOf, runFields } from "./run-options.ts";
import { Numbers, checkNumbers, picturesOf } from "./view-output.ts";

/** What stands on the command line behind the model file, by what a view takes. */
const subjectWords: Readonly<Record<Takes, readonly { name: string; help: string }[]>> = {
  photo: [{ name: "[photo]", help: "a photo, or tensors as .npy or .npz" }],
  "maybe-photo": [{ name: "[photo]", help: "a photo, or tensors as .npy or .npz" }],
  photos: [{ name: "<photos...>", help: "photos, folders of them, .npy or .npz of tensors" }],
  network: [],
  pair: [
    { name: "<other>", help: "the other model file" },
    { name: "<photo>", help: "a photo, which each network gets as it wants it" },
  ],
  dataset: [],
};

/** The command of a view: `striate NAME FILE [WORDS] [PHOTO]`, all of it derived from the record. */
export function viewCommand(view: AnyView): CommandDefinition {
  const { name, words = [], examples } = view.command!;
  const flags = Object.entries(mergedFields([view])).filter(([key]) => !words.includes(key));
  const takesInputs = /photo/.test(view.takes);
  const fields: Fields & typeof runFields = {
    ...Object.fromEntries(flags),
    ...runFields,
    ...(takesInputs && inputFields),
  };
  const asked = words.map((word) => ({ name: `<${word}>`, help: view.asks[word]!.help ?? "" }));
  const command = defineCommand({
    name,
    group: view.takes === "dataset" ? "data" : "see",
    summary: view.summary,
    arguments: [{ name: "<file>", help: "a model file" }, ...asked, ...subjectWords[view.takes]],
    fields,
    ...(examples && { examples }),
    async run([file, ...rest], options, io) {
      await checkNumbers(options.numbers, options);
      const reading = await readOptions(options);
      const open = async (path: string) =>
        new Model(await openModel(path, reading), runtime, sessionOptions(options));
      const model = await open(file as string);
      checkFiniteWeights(model.network);
      const page = isPageName(options.out)
        ? await PageFile.at(options.out, model, options)
        : undefined;
      const labels = await labelsOf(options.labels);
      const choice = preprocessingChoice(options);
      const nameOf = (path: string) => fileNames([basename(path, extname(path))])[0]!;
      const read = (path: string, of = model, name = nameOf(path)) =>
        readSubject(of, path, choice, { name, labels, inputs });
      const readAll = (photos: readonly PhotoFile[]) =>
        Promise.all(photos.map(({ path, name }) => read(path, model, name)));
      const inputs = "input" in options ? (options.input as string[]) : [];
      const [first, second] = rest.slice(words.length);
      const subject = await subjectOf();
      const spoken = Object.fromEntries(words.map((word, i) => [word, rest[i]]));
      using context = contextOptions(options, io);
      const asks = { ...(await givenOf(view.asks, options)), ...spoken };
      const seen = await runView(view, viewContext(model.running, context), subject, asks);
      const shows = await givenOf(view.shows, options);
      await page?.add(seen, shows);
      await model.dispose();
      const files = page ? [] : await picturesOf(seen, shows, options);
      if (files.length > 0) await replaceInFolder(options.out, files, options);
      const size = await page?.finish([file as string, ...(rest.flat() as string[])]);
      if (options.numbers !== null) {
        const numbers = new Numbers();
        numbers.add(seen);
        await numbers.write(options.numbers, view);
      }
      const places = files.map(({ path }) => join(options.out, path));
      if (options.json) {
        io.text(JSON.stringify({ model: file, ...(seen.json as object), files: places }, null, 2));
        return;
      }
      for (const line of seen.wordsWithin(io.terminal.width).lines) io.out(line);
      for (const place of places) io.out(`wrote ${place}`);
      if (page) io.out(`wrote ${page.path} (${size}): one page to look around in, in any browser`);
      if (options.numbers !== null) io.out(`wrote ${options.numbers}`);

      async function subjectOf(): Promise<Subjects[Takes]> {
        if (view.takes === "pair") {
          const other = await open(first as string);
          const [a, b] = [model, other].map(async (of) => ({
            name: of.network.origin.file ?? of.name,
            running: of.running,
            photo: await read(second as string, of),
          }));
          return { a: await a!, b: await b! };
        }
        if (view.takes === "photos")
          return readAll(await photoFiles(first as string[], options.out));
        if (view.takes === "photo" || inputs.length > 0)
          return readSubject(model, first as string | undefined, choice, {
            ...(first !== undefined && { name: nameOf(first as string) }),
            ...{ labels, inputs },
          });
        return first === undefined ? undefined : read(first as string);
      }
    },
  });
  return command as unknown as CommandDefinition;
}
