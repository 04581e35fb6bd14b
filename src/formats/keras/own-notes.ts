import { StriateError } from "../../base/errors.ts";
import { History } from "../../model/history.ts";
import type { KerasModel } from "../../model/model.ts";
import type { Network } from "../../model/network.ts";
import type { OpenedModel } from "../format.ts";
import { type Json, isObject } from "./json.ts";

/**
 * What striate writes into a Keras file for itself, where Keras does not look: the words for the
 * classes, how a photo becomes the input, the history of its training, and the optimizer's own settings (the
 * file's are cut down to what every Keras takes). Undefined where there is nothing to say.
 */
export function ownNotes({ network, optimizer }: OpenedModel): Json | undefined {
  const { labels, preprocessing, history } = network;
  const notes = {
    ...(labels ? { labels } : {}),
    ...(preprocessing ? { preprocessing } : {}),
    ...(history ? { history } : {}),
    ...(optimizer
      ? { optimizer: { class_name: optimizer.className, config: optimizer.config } }
      : {}),
  };
  return Object.keys(notes).length > 0 ? notes : undefined;
}

/** Takes {@link ownNotes} over into a network; anything else in its place is passed by. */
export function readOwnNotes(notes: unknown, network: Network): void {
  const { labels, preprocessing, history } = isObject(notes) ? notes : {};
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string"))
    network.labels = labels;
  if (isObject(preprocessing)) network.preprocessing = preprocessing;
  const told = History.maybe(history)?.toJSON();
  if (told) network.history = told;
}

/**
 * The Keras layers of a model that is to be written.
 *
 * @param what the kind of file, for the message
 * @throws StriateError for a network that came from another format
 */
export function kerasOf({ keras, network }: OpenedModel, what: string): KerasModel {
  if (keras) return keras;
  throw new StriateError(
    `${what} holds Keras layers, and this network has none (it is ${network.origin.format}); ` +
      "write an .onnx file instead",
  );
}
