import { messageOf } from "../../base/errors.ts";
import { describePreprocessing } from "../../data/pictures/preprocess.ts";
import { History, formatLogs } from "../history.ts";
import type { Network } from "../network.ts";
import { preprocessingFor } from "../photo/photo-input.ts";

/**
 * What a file says beside its layers, a line each: `classes: cat, dog`, how photos are prepared, and how far
 * its training came. Empty where it says nothing.
 */
export function notesInWords(network: Network): string[] {
  const { labels, preprocessing, history } = network;
  const trained = History.maybe(history);
  const epochs = trained?.epoch.length ?? 0;
  return [
    ...(labels ? [`classes: ${shortList(labels)}`] : []),
    ...(preprocessing ? [`photos: ${preparation(network)}`] : []),
    ...(trained && epochs > 0
      ? [
          `trained for ${epochs} epoch${epochs === 1 ? "" : "s"}; the last: ${formatLogs(trained.last)}`,
        ]
      : []),
  ];
}

/** A file may say of it what has no meaning, or be of a network that takes no photo. */
function preparation(network: Network): string {
  try {
    return describePreprocessing(preprocessingFor(network).how);
  } catch (error) {
    return messageOf(error);
  }
}

const shortList = (names: readonly string[]): string =>
  names.length > 10
    ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`
    : names.join(", ");
