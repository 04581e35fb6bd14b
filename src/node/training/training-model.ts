import { readFileSync } from "node:fs";
import { StriateError, naming } from "../../base/errors.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { isObject, parseJson } from "../../formats/keras/json.ts";
import { kerasWriter } from "../../formats/keras/keras-writer.ts";
import { parseKerasModel } from "../../formats/keras/parse-model.ts";
import type { Serialized } from "../../training/registry.ts";
import { initializeWeights } from "../../model/initialize-weights.ts";
import { lowerModel } from "../../model/lower.ts";
import type { KerasModel } from "../../model/model.ts";
import { tutorialModel } from "../../model/tutorial.ts";
import { headActivation } from "../../model/prediction.ts";
import { openModel } from "../files/open-model.ts";

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
  return { keras, network: lowerModel(keras) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new StriateError("no such file, or it cannot be read", { cause: error });
  }
}

/** Loss, labels and accuracy that fit the model's head. */
export interface Head {
  loss: Serialized;
  accuracy: Serialized | string;
  labels: "binary" | "int";
  /** Whether the outputs are values before a sigmoid or softmax. */
  logits: boolean;
}

/**
 * What a classifier is trained with, by its output: one unit is a yes or no, several are classes.
 *
 * @throws StriateError when the head does not fit the number of classes
 */
export function headFor({ network }: OpenedModel, classNames: readonly string[]): Head {
  const port = network.outputs[0];
  const units = Number(port?.shape.at(-1));
  if (network.outputs.length !== 1 || port?.shape.length !== 2)
    throw new StriateError(
      `${network.origin.file ?? network.name}: expected one output of shape (None, units), so that it can ` +
        `tell classes apart`,
    );
  const classes = classNames.length;
  const logits = !["sigmoid", "softmax"].includes(headActivation(network) ?? "");
  const config = logits ? { from_logits: true } : {};
  if (units === 1 && classes === 2)
    return {
      loss: { class_name: "BinaryCrossentropy", config },
      // A logit is a yes from 0 on.
      accuracy: logits
        ? { class_name: "BinaryAccuracy", config: { name: "accuracy", threshold: 0 } }
        : "accuracy",
      labels: "binary",
      logits,
    };
  if (units === classes && units > 1) {
    const loss = { class_name: "SparseCategoricalCrossentropy", config };
    return { loss, accuracy: "accuracy", labels: "int", logits };
  }
  throw new StriateError(
    `the model's output "${port.name}" has ${units} ${units === 1 ? "unit" : "units"}, the data has ` +
      `${classes} classes (${classNames.slice(0, 6).join(", ")}${classes > 6 ? ", ..." : ""}); ` +
      `give the head ${classes === 2 ? "one sigmoid unit or two units" : `${classes} units`}`,
  );
}
