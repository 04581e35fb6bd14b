import { extname } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { formatShape } from "../../base/shape.ts";
import { type Tensor, castTo } from "../../base/tensor.ts";
import { Model, type ModelInput } from "../../api/model.ts";
import { readNpy } from "../../formats/npy.ts";
import { readNpz, writeNpz } from "../../formats/npz.ts";
import { describePreprocessing } from "../../data/preprocess.ts";
import { readFileBytes, writeFileAtomic } from "../../node/files.ts";
import { openModel } from "../../node/open-model.ts";
import { readImage } from "../../node/read-image.ts";
import { runtime } from "../../runtime/node/index.ts";
import { computeActivations } from "../../views/activations.ts";
import { defineCommand } from "../command.ts";
import {
  engineFields,
  modelFields,
  photoFields,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "../options.ts";

export const activations = defineCommand({
  name: "activations",
  summary: "The raw numbers of chosen layers, as an .npz",
  arguments: [
    { name: "<file>", help: "a model file" },
    { name: "<input>", help: "a photo, an .npy, or an .npz with one array for each input" },
  ],
  fields: {
    layers: field.string("all", { help: "which layers: an address, a prefix, a glob, a list" }),
    out: field.string("acts.npz", { help: "the file to write" }),
    dtype: field.choice(["float32", "float16"], "float32", { help: "type of the numbers" }),
    json: field.boolean(false, { help: "print names and shapes as data" }),
    ...modelFields,
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
    const { input, words } = await readInput(model, inputFile as string, choice);
    const feeds = model.feeds(input, choice);
    const { activations: made } = await computeActivations(model.running, feeds, options.layers);
    const arrays = new Map<string, Tensor>();
    for (const { address, tensor } of made) arrays.set(address, castTo(tensor, options.dtype));
    addInputs(arrays, feeds);
    await writeFileAtomic(options.out, await writeNpz(arrays));
    const shapes = [...arrays].map(([name, { shape }]) => ({ name, shape }));
    if (options.json) {
      io.out(JSON.stringify({ file: options.out, input: words, arrays: shapes }, null, 2));
      return;
    }
    io.out(`input: ${words}`);
    for (const { name, shape } of shapes) io.out(`${name}  ${formatShape(shape)}`);
    io.out(`wrote ${options.out}`);
  },
});

/** What went in stands under `input`; where there are several, under `input/NAME`. */
function addInputs(arrays: Map<string, Tensor>, feeds: Readonly<Record<string, Tensor>>): void {
  const entries = Object.entries(feeds);
  for (const [name, value] of entries)
    arrays.set(entries.length === 1 ? "input" : `input/${name}`, value);
}

async function readInput(
  model: Model,
  path: string,
  choice: ReturnType<typeof preprocessingChoice>,
): Promise<{ input: ModelInput; words: string }> {
  const ending = extname(path).toLowerCase();
  if (ending === ".npy")
    return { input: readNpy(await readFileBytes(path), path), words: `${path}, as it is` };
  if (ending === ".npz") {
    const arrays = await readNpz(await readFileBytes(path), path);
    return { input: feedsFrom(model, arrays, path), words: `${path}, as it is` };
  }
  const how = model.preprocessing(choice);
  const image = await readImage(path, { orient: how.orient, resize: how.resize });
  return { input: image, words: `${path}; ${describePreprocessing(how)}` };
}

function feedsFrom(
  model: Model,
  arrays: ReadonlyMap<string, Tensor>,
  path: string,
): Record<string, Tensor> {
  const ports = model.network.inputs;
  const only = arrays.size === 1 && ports.length === 1 ? [...arrays.values()][0] : undefined;
  return Object.fromEntries(
    ports.map(({ name }) => {
      const value = arrays.get(name) ?? only;
      if (value === undefined)
        throw new StriateError(
          `${path}: has no array "${name}" for the input of that name; it has ${[...arrays.keys()].join(", ")}`,
        );
      return [name, value];
    }),
  );
}
