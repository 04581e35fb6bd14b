import { basename, extname } from "node:path";
import { UsageError } from "../base/errors.ts";
import { type Values, field } from "../base/fields.ts";
import { nearestNames } from "../base/names.ts";
import { parseByteSize } from "../data/byte-size.ts";
import { Model } from "../api/model.ts";
import { openModel } from "../api/open-model.ts";
import { checkFiniteWeights } from "../model/check-weights.ts";
import type { OutputFile } from "../node/files/write-files.ts";
import { runtime } from "../runtime/node/index.ts";
import { allViews } from "../views/all-views.ts";
import { byFamily } from "../views/families.ts";
import { viewContext } from "../views/context.ts";
import type { AnyView } from "../views/define-view.ts";
import { mergedFields } from "../views/merged-fields.ts";
import { runView } from "../views/run-view.ts";
import { fileNames } from "./file-names.ts";
import { guessOf } from "./first-guess.ts";
import { preprocessingChoice, readOptions, sessionOptions } from "./options.ts";
import { readSubject } from "./read-input.ts";
import type { PhotoCommand } from "./sharded/photo-command.ts";
import { checkTaken, givenOf } from "./views/given.ts";
import { labelsOf, runFields } from "./views/run-options.ts";
import { picturesOf } from "./views/view-output.ts";

/** The views that explain a photo: those without a command of their own. */
export const methods = byFamily(
  allViews.filter(({ takes, command }) => takes === "photo" && !command),
).flatMap(({ views }) => views);
export const methodFields = mergedFields(methods);
export const methodField = field.string("grad-cam", {
  help: `one or several with commas: ${methods.map(({ id }) => id).join(", ")}`,
});

/** @throws UsageError */
export function chosenMethods(list: string): AnyView[] {
  const ids = methods.map(({ id }) => id);
  return list.split(",").map((part) => {
    const found = methods.find(({ id }) => id === part.trim());
    if (found) return found;
    const nearest = nearestNames(part.trim(), ids).join(", ");
    throw new UsageError(`--method: no method "${part.trim()}"; nearest: ${nearest}`);
  });
}

/** Where the results go, and how they are told, is no part of them. */
const tellingFields = ["out", "force", "json", "numbers"];
const resultFields = Object.fromEntries(
  Object.entries(runFields).filter(([key]) => !tellingFields.includes(key)),
);
const explainFields = { method: methodField, ...methodFields, ...resultFields };
type ExplainOptions = Values<typeof runFields> & { method: string };

/** `explain` of many photos, in shards; what `--json` prints stands in explain.json. */
export const explainPhotos: PhotoCommand = {
  name: "explain",
  fields: explainFields,
  report: "explain.json",
  async open(path, paths, given) {
    const options = given as unknown as ExplainOptions;
    const chosen = chosenMethods(options.method);
    checkTaken(chosen, methodFields, given);
    const asked = new Map<AnyView, { asks: object; shows: object }>();
    for (const view of chosen) {
      const [asks, shows] = [await givenOf(view.asks, given), await givenOf(view.shows, given)];
      asked.set(view, { asks, shows });
    }
    const session = { ...sessionOptions(options), threads: 1 };
    const model = new Model(await openModel(path, await readOptions(options)), runtime, session);
    checkFiniteWeights(model.network);
    const labels = await labelsOf(options.labels);
    const names = fileNames(paths.map((each) => basename(each, extname(each))));
    const choice = preprocessingChoice(options);
    const guess = await guessOf(model, paths, choice, labels);
    const { seed } = options;
    const memory = parseByteSize(options.memory);
    return {
      async one(index, signal) {
        const photo = await readSubject(model, paths[index], choice, {
          ...{ name: names[index]!, labels },
        });
        const told = guess && photo.photo ? { ...photo, preparation: guess.words } : photo;
        const all: OutputFile[] = [];
        const entries: object[] = [];
        for (const view of chosen) {
          const context = viewContext(model.running, { seed, memory, ...(signal && { signal }) });
          const { asks, shows } = asked.get(view)!;
          const seen = await runView(view, context, told, asks);
          const files = await picturesOf(seen, shows, options);
          all.push(...files);
          entries.push({
            photo: paths[index],
            method: view.id,
            ...(guess ? { guess: true, turnsOver: guess.turnsOver } : {}),
            ...(seen.json as object),
            files: files.map((file) => file.path),
          });
        }
        return { files: all, entries };
      },
      whole: (entries) => entries,
      close: () => model.dispose(),
    };
  },
};
