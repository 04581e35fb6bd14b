import { field } from "../../base/fields.ts";
import { formatShape } from "../../base/shape.ts";
import { type Tensor, castTo } from "../../base/tensor.ts";
import { textTable } from "../../base/text-table.ts";
import { Model } from "../../api/model.ts";
import { writeNpz } from "../../formats/npz.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { leftOut } from "../../model/lowering/left-out.ts";
import { replaceFile } from "../../node/files/replace-files.ts";
import { openModel } from "../../api/open-model.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../../views/context.ts";
import { featureMapsView } from "../../views/feature-maps-view.ts";
import { runView } from "../../views/run-view.ts";
import { describePhoto } from "../../views/subject.ts";
import { defineCommand } from "../command.ts";
import {
  engineFields,
  forceField,
  inputFields,
  modelFields,
  photoFields,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "../options.ts";
import { readSubject } from "../read-input.ts";

export const activations = defineCommand({
  name: "activations",
  group: "see",
  summary: "The raw numbers of chosen layers, as an .npz",
  arguments: [
    { name: "<file>", help: "a model file" },
    { name: "[input]", help: "a photo, an .npy, or an .npz with one array for each input" },
  ],
  fields: {
    layers: field.string("all", { help: "which layers: an address, a prefix, a glob, a list" }),
    out: field.string("acts.npz", { placeholder: "path", help: "the file to write" }),
    dtype: field.choice(["float32", "float16"], "float32", { help: "type of the numbers" }),
    force: forceField,
    json: field.boolean(false, { help: "print names and shapes as data" }),
    ...modelFields,
    ...inputFields,
    ...photoFields,
    ...engineFields,
  },
  examples: ["striate activations cat_vs_dog.h5 rocky.jpg --layers all --out acts.npz"],
  async run([file, inputFile], options, io) {
    const choice = preprocessingChoice(options);
    const model = new Model(
      await openModel(file as string, await readOptions(options)),
      runtime,
      sessionOptions(options),
    );
    checkFiniteWeights(model.network);
    const photo = await readSubject(model, inputFile as string | undefined, choice, {
      inputs: options.input,
    });
    const { layers, dtype } = options;
    const context = viewContext(model.running);
    const seen = await runView(featureMapsView, context, [photo], { layers });
    const inputs = seen.inputs();
    const arrays = new Map<string, Tensor>();
    for (const [name, tensor] of seen.arrays())
      arrays.set(name, inputs.has(name) ? tensor : castTo(tensor, dtype));
    const bytes = await writeNpz(arrays);
    await replaceFile(options.out, bytes, options);
    const shapes = [...arrays].map(([name, { shape }]) => ({ name, shape }));
    const words = describePhoto(photo);
    const left = leftOut(model.network);
    if (options.json) {
      const data = { file: options.out, input: words, arrays: shapes, left_out: left };
      io.text(JSON.stringify(data, null, 2));
      return;
    }
    io.out(`input: ${words}`);
    for (const sentence of left) io.out(sentence);
    const rows = shapes.map(({ name, shape }) => [name, formatShape(shape)]);
    io.text(
      textTable([{ title: "array" }, { title: "shape", numbers: true }], rows, io.terminal.width),
    );
    io.out(`wrote ${options.out}`);
  },
});
