import { join, relative } from "node:path";
import { field } from "../../base/fields.ts";
import { formatSummary, summarize } from "../../model/facts/summary.ts";
import { packageFile } from "../../node/files/package-files.ts";
import { openModel } from "../../api/open-model.ts";
import { defineCommand } from "../command.ts";
import { parseFlags } from "../flags.ts";
import { forceField } from "../options.ts";
import { see, seeAll } from "./see.ts";

export const demo = defineCommand({
  name: "demo",
  group: "see",
  summary: "The two-minute welcome: a trained network looks at a dog",
  arguments: [],
  fields: {
    out: field.string("striate-demo", {
      placeholder: "path",
      help: "folder for the pictures and see.json",
    }),
    force: forceField,
    cat: field.boolean(false, { help: "look at a cat instead" }),
    preview: field.boolean(true, { help: "show no preview in the terminal" }),
  },
  async run(_, options, io) {
    const model = packageFile("models/cat_vs_dog.h5");
    const photo = packageFile(`dist/demo/${options.cat ? "cat" : "dog"}.jpg`);
    io.text("A small network that was trained to tell cats from dogs:\n");
    const opened = await openModel(model);
    io.text(formatSummary(summarize(opened.network)));
    io.text("\nWhat its four convolutions make of a photo:\n");
    const { out, preview, force } = options;
    const flags = parseFlags(see.fields, { model, out, preview, force });
    const page = join(out, options.cat ? "cat.html" : "dog.html");
    await seeAll([photo], flags, io, { opened, page });
    // As it was begun: in a checkout or a project there is no `striate` of its own.
    const striate = io.env["npm_command"] === "exec" ? "npx striate" : "striate";
    const near = relative(".", model);
    const file = near.length < model.length ? near : model;
    io.text(
      [
        "\nNext, with a photo of yours:",
        `  ${striate} see PHOTO.jpg --model ${file}`,
        `  ${striate} serve ${file} --photo PHOTO.jpg --open`,
        "or a network of your own:",
        `  ${striate} train shapes          a minute on two cores, no download`,
        `  ${striate} train cats_vs_dogs    the tutorial itself, from the pictures`,
      ].join("\n"),
    );
  },
});
