import { counted } from "../../base/counted.ts";
import { messageOf } from "../../base/errors.ts";
import { describePreprocessing } from "../../data/pictures/preprocess.ts";
import { History, formatLogs } from "../history.ts";
import type { Network } from "../network.ts";
import { preprocessingFor } from "../photo/photo-input.ts";

/** A training reports a few numbers; a file may say any number of them. */
const mostLogs = 20;

/**
 * What a file says beside its layers, a line each: `classes: cat, dog`, how photos are prepared, and how far
 * its training came. Empty where it says nothing.
 */
export function notesInWords(network: Network): string[] {
  const { labels, preprocessing, history } = network;
  const trained = History.maybe(history);
  const epochs = trained?.epoch.length ?? 0;
  const last = Object.entries(trained?.last ?? {});
  const more = last.length > mostLogs ? `  and ${last.length - mostLogs} more` : "";
  return [
    ...(labels ? [`classes: ${shortList(labels)}`] : []),
    ...(preprocessing ? [`photos: ${preparation(network)}`] : []),
    ...(epochs > 0
      ? [
          `trained for ${counted(epochs, "epoch")}; the last: ` +
            formatLogs(Object.fromEntries(last.slice(0, mostLogs))) +
            more,
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
