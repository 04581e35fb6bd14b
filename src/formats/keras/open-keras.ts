import { StriateError } from "../../base/errors.ts";
import { leaveOut } from "../../model/lowering/leave-out.ts";
import { isAvailable } from "../../model/lowering/left-out.ts";
import { lowerShared } from "../../model/lowering/lower-shared.ts";
import type { KerasModel } from "../../model/model.ts";
import type { OpenedModel, ReadModelOptions } from "../format.ts";
import { intendedActivations } from "./intended.ts";
import { type Json, isObject } from "./json.ts";
import { type KerasWriter, writerName } from "./keras-writer.ts";
import { listWeights } from "../../model/lowering/list-weights.ts";
import { readOwnNotes } from "./own-notes.ts";
import { parseKerasModel } from "./parse-model.ts";
import { type StateArray, readOptimizer } from "./read-optimizer.ts";

/** What a Keras file says, apart from its weights. */
export interface KerasParts {
  /** `Keras HDF5`, for people. */
  format: string;
  /** `{ class_name, config }` of the model. */
  config: unknown;
  writer: KerasWriter;
  /** How the model was compiled: loss, metrics, optimizer. */
  compile?: unknown;
  /** The optimizer's state. */
  state?: readonly StateArray[];
  /** What striate added to the file: see `ownNotes`. */
  own?: unknown;
}

/**
 * Makes a network of a Keras model: parses the architecture, has the weights assigned, lowers it.
 *
 * @param assign gives the model's layers their weights
 */
export function openKeras(
  { format, config, writer, compile, state = [], own }: KerasParts,
  options: ReadModelOptions,
  assign: (model: KerasModel) => void,
): OpenedModel {
  const keras = parseKerasModel(config, { kerasVersion: writer.major, replace: options.replace });
  leaveOut(keras);
  assign(keras);
  const network = lowerShared(keras, {
    origin: {
      format,
      dialect: `Keras ${writer.major} ${keras.className}`,
      writer: writerName(writer),
    },
  });
  readOwnNotes(own, network);
  const noted = isObject(own) && isObject(own.optimizer) ? own.optimizer : undefined;
  // With the optimizer in full, where striate noted what not every Keras takes.
  const compiled: Json | undefined = isObject(compile)
    ? { ...compile, ...(noted ? { optimizer: noted } : {}) }
    : undefined;
  const intended = compiled && intendedActivations(compiled, network.outputs);
  if (intended) network.intended = intended;
  const serialized = noted ?? compiled?.optimizer ?? compiled?.optimizer_config;
  const { weights } = listWeights(keras);
  // A model with layers left out is none that can be trained, or written as Keras layers.
  const isWhole = network.layers.every(isAvailable);
  const optimizer = isWhole ? readOptimizer(serialized, state, weights, writer) : undefined;
  return {
    network,
    ...(isWhole && { keras }),
    ...(optimizer ? { optimizer } : {}),
    ...(compiled ? { compile: compiled } : {}),
  };
}

/** Refuses a file that has an architecture without the weights it needs. */
export function requireNoWeights(model: KerasModel): void {
  const first = listWeights(model).weights[0];
  if (first)
    throw new StriateError(
      `the file has no weights (no layer_names attribute), but ${first.layer.className} "${first.path}" needs some; ` +
        "save the whole model, not only its architecture",
    );
}
