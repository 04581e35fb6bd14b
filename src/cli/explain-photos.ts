import { pushAll } from "../base/extremes.ts";
import { parseByteSize } from "../data/byte-size.ts";
import type { OutputFile } from "../node/files/write-files.ts";
import { type ExplainOptions, Explainer, methodFields } from "./explainer.ts";
import { guessOf } from "./first-guess.ts";
import { readSubject } from "./read-input.ts";
import type { PhotoCommand } from "./sharded/photo-command.ts";
import { runFields } from "./views/run-options.ts";
import { picturesOf } from "./views/view-output.ts";

/** Where the results go, and how they are told, is no part of them. */
const tellingFields = ["out", "force", "json", "numbers"];
const resultFields = Object.fromEntries(
  Object.entries(runFields).filter(([key]) => !tellingFields.includes(key)),
);

/** `explain` of many photos, in shards; what `--json` prints stands in explain.json. */
export const explainPhotos: PhotoCommand = {
  name: "explain",
  fields: { ...methodFields, ...resultFields },
  report: "explain.json",
  async open(path, photos, given) {
    const options = given as unknown as ExplainOptions;
    // One thread: the work is shared out by photos, and the numbers are those of any number of workers.
    const explainer = await Explainer.open(path, options, 1);
    const { model, choice, labels } = explainer;
    explainer.guess = await guessOf(model, photos, choice, labels);
    const { seed } = options;
    const memory = parseByteSize(options.memory);
    return {
      async one(index, signal) {
        const { path, name } = photos[index]!;
        const photo = await readSubject(model, path, choice, { name, labels });
        const all: OutputFile[] = [];
        const entries: object[] = [];
        const context = { seed, memory, ...(signal && { signal }) };
        for await (const { seen, shows, entry } of explainer.explain(photo, context)) {
          const files = await picturesOf(seen, shows, options);
          pushAll(all, files);
          entries.push(
            entry(
              path,
              files.map((file) => file.path),
            ),
          );
        }
        return { files: all, entries };
      },
      whole: (entries) => entries,
      close: () => model.dispose(),
    };
  },
};
