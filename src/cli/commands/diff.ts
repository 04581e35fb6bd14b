import { extname } from "node:path";
import { Model } from "../../api/model.ts";
import { relativeDifference } from "../../base/compare-tensors.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { openModel } from "../../api/open-model.ts";
import { mayReplaceFile } from "../../node/files/replace-files.ts";
import { writePng, writeSvg } from "../../api/write-picture.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../../views/context.ts";
import type { NamedPicture } from "../../views/define-view.ts";
import type { DiffResult } from "../../views/diff.ts";
import { diffView, drawnPair } from "../../views/diff-view.ts";
import { runView } from "../../views/run-view.ts";
import { defineCommand } from "../command.ts";
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
import { readSubject } from "../read-input.ts";

export const diff = defineCommand({
  name: "diff",
  group: "files",
  summary: diffView.summary,
  arguments: [
    { name: "<a>", help: "a model file" },
    { name: "<b>", help: "another one: an export, a quantised form, another epoch" },
    { name: "<input>", help: "a photo, which each network gets as it wants it; an .npy or .npz" },
  ],
  fields: {
    tolerance: diffView.asks.tolerance,
    fail_above: field.nullable(
      field.number(undefined, {
        min: 0,
        help: "exit with 1 where a layer departs by more, as a share of its largest value",
      }),
    ),
    layer: diffView.shows.layer,
    out: field.string("striate-diff.png", {
      placeholder: "path",
      help: "the picture to write, .png or .svg",
    }),
    force: forceField,
    theme: diffView.shows.theme,
    json: field.boolean(false, { help: "print data instead of a table" }),
    ...modelFields,
    ...photoFields,
    ...engineFields,
  },
  examples: [
    "striate diff cat_vs_dog.h5 cat_vs_dog.onnx rocky.jpg",
    "striate diff float.onnx int8.onnx rocky.jpg --tolerance 0.1",
  ],
  async run([fileA, fileB, inputFile], options, io) {
    const ending = extname(options.out).toLowerCase();
    if (ending !== ".png" && ending !== ".svg")
      throw new StriateError(`${options.out}: a picture's name ends in .png or .svg`);
    await mayReplaceFile(options.out, options);
    const reading = await readOptions(options);
    const sideOf = async (name: string) => {
      const model = new Model(await openModel(name, reading), runtime, sessionOptions(options));
      const choice = preprocessingChoice(options);
      return {
        name,
        running: model.running,
        photo: await readSubject(model, inputFile as string, choice),
      };
    };
    const [a, b] = [await sideOf(fileA as string), await sideOf(fileB as string)];
    const asks = optionsOf(diffView.asks, options);
    const seen = await runView(diffView, viewContext(a.running), { a, b }, asks);
    const [{ picture }] = seen.draw(optionsOf(diffView.shows, options)) as [NamedPicture];
    await (ending === ".svg" ? writeSvg : writePng)(options.out, picture);
    const drawn = drawnPair(seen.result, options.layer).a;
    if (options.json)
      io.text(JSON.stringify({ ...(seen.json as object), drawn, out: options.out }, null, 2));
    else {
      for (const line of seen.wordsWithin(io.terminal.width).lines) io.out(line);
      io.out(`wrote ${options.out}: the values of ${drawn} in both, and B - A`);
    }
    if (options.fail_above !== null) refuseAbove(seen.result, options.fail_above);
  },
});

/** @throws StriateError naming the layer that differs most, where that is more than may be */
function refuseAbove({ pairs }: DiffResult, most: number): void {
  const shares = pairs.map((pair) => ({ pair, share: relativeDifference(pair) }));
  const beyond = shares.filter(({ share }) => !(share <= most));
  if (beyond.length === 0) return;
  const worst = beyond.reduce((a, b) => (b.share > a.share ? b : a));
  throw new StriateError(
    `${beyond.length} of ${pairs.length} layers differ by more than --fail-above ${most}, most of all ` +
      `${worst.pair.a}: by ${(worst.share * 100).toPrecision(2)} % of its largest value`,
  );
}
