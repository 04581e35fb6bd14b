import { readFileSync } from "node:fs";
import { StriateError, naming } from "../../base/errors.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { isObject } from "../../formats/keras/json.ts";
import { maybeJson, parseJson } from "../../base/parse-json.ts";
import { kerasWriter } from "../../formats/keras/keras-writer.ts";
import { parseKerasModel } from "../../formats/keras/parse-model.ts";
import { initializeWeights } from "../../model/lowering/initialize-weights.ts";
import { lowerShared } from "../../model/lowering/lower-shared.ts";
import type { KerasModel } from "../../model/model.ts";
import { tutorialModel } from "../../model/tutorial.ts";
import { openModel } from "../../api/open-model.ts";
import { newHead } from "../../api/new-head.ts";
import type { ImageSet } from "../../data/examples/image-set.ts";
import { photoInput } from "../../model/photo/photo-input.ts";

/** Whether a model file keeps its head, or gets a new one. */
export type HeadChoice = "keep" | "new";

/** Whether a name stands for a model whose weights are drawn, and not for a file that has some. */
export const isFresh = (model: string): boolean => model === "tutorial" || isArchitecture(model);

const isArchitecture = (model: string): boolean => /\.json$/i.test(model) && !namesWeights(model);

/** Whether a JSON file is that of a TF.js model, which says where its weights are. */
function namesWeights(path: string): boolean {
  try {
    const model = maybeJson(readFileSync(path, "utf8"));
    return isObject(model) && "weightsManifest" in model;
  } catch {
    return false;
  }
}

/** The model that a training starts with. */
export interface TrainingModel {
  /** As the user named it. */
  readonly name: string;
  /** How its pictures are opened. */
  /** The ending of what is written by default: the kind of the file, where it can be written. */
  readonly ending: string;
  readonly pictures: { readonly size?: readonly [number, number]; readonly channels: 1 | 3 };
  /** The model, made for a data set where it is not there yet. */
  for(set: ImageSet): OpenedModel;
}

/**
 * Finds the model that a training starts with; its file is opened once.
 *
 * @param model `tutorial`, which suits any data; a `.json` with a Keras architecture; or a model file, whose
 * weights are kept
 * @param size [height, width] of the pictures, where they are not to be as the model wants them
 * @param head whether a file keeps its head, or gets a new one for the classes of the data
 * @throws StriateError when the file is none, or takes no photo
 */
export async function trainingModel(
  model: string,
  seed: number,
  { size, head = "keep" }: { size?: readonly [number, number] | null; head?: HeadChoice } = {},
): Promise<TrainingModel> {
  if (model === "tutorial")
    return {
      name: model,
      ending: ".h5",
      pictures: { ...(size && { size }), channels: 3 },
      for: ({ shape: [height, width], classNames: { length: classes } }) =>
        opened(tutorialModel({ size: [height, width], classes, seed })),
    };
  const found = await openTrainable(model, seed);
  const { size: wanted, channels } = photoInput(found.network);
  const chosen = size ?? wanted;
  if (chosen === undefined)
    throw new StriateError(`${model}: takes pictures of any size; say which: --size 150,150`);
  return {
    name: model,
    ending: found.keras === undefined ? ".onnx" : /\.keras$/i.test(model) ? ".keras" : ".h5",
    pictures: { size: chosen, channels },
    for: ({ classNames }) => (head === "new" ? newHead(found, classNames, seed) : found),
  };
}

async function openTrainable(model: string, seed: number): Promise<OpenedModel> {
  if (!isArchitecture(model)) return openModel(model);
  return naming(model, () => {
    const spec = parseJson(readText(model), "the architecture");
    if (!isObject(spec))
      throw new StriateError("expected { class_name, config } as Keras writes it");
    const writer = kerasWriter(spec.keras_version ?? "3", spec.backend, spec);
    const keras = parseKerasModel(spec, { kerasVersion: writer.major });
    initializeWeights(keras, seed);
    return opened(keras);
  });
}

function opened(keras: KerasModel): OpenedModel {
  return { keras, network: lowerShared(keras) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new StriateError("no such file, or it cannot be read", { cause: error });
  }
}
