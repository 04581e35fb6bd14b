import { readFileSync } from "node:fs";
import { StriateError, naming } from "../../base/errors.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { isObject } from "../../formats/keras/json.ts";
import { parseJson } from "../../formats/keras/parse-json.ts";
import { kerasWriter } from "../../formats/keras/keras-writer.ts";
import { parseKerasModel } from "../../formats/keras/parse-model.ts";
import { initializeWeights } from "../../model/initialize-weights.ts";
import { lowerShared } from "../../model/lower-shared.ts";
import type { KerasModel } from "../../model/model.ts";
import { tutorialModel } from "../../model/tutorial.ts";
import { openModel } from "../../api/open-model.ts";

export interface TrainingModelOptions {
  /** `tutorial`, a `.json` with a Keras architecture, or a model file, whose weights are kept. */
  model: string;
  /** Number of classes of the data. */
  classes: number;
  /** [height, width] of the pictures, where the model leaves it open. */
  size?: readonly [number, number];
  seed: number;
}

/**
 * The model that a training starts with.
 *
 * @throws StriateError when the file is none, or holds no Keras layers
 */
export async function trainingModel(options: TrainingModelOptions): Promise<OpenedModel> {
  const { model, classes, size, seed } = options;
  if (model === "tutorial") return opened(tutorialModel({ size, classes, seed }));
  if (!/\.json$/i.test(model)) {
    const found = await openModel(model);
    if (found.keras === undefined)
      throw new StriateError(
        `${model}: only models of Keras layers can be trained, and this is ${found.network.origin.format}`,
      );
    return found;
  }
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
