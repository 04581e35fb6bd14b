import type { OpenedModel } from "./format.ts";

/**
 * What a kind of file does not hold of a model, in words, though the rest of it can be written.
 *
 * @param name of the file: its ending says the kind
 */
export function lostParts({ network, optimizer, compile }: OpenedModel, name: string): string[] {
  const isKeras = /\.(h5|hdf5|keras)$/i.test(name);
  const isTfjs = /(^|\/)model\.json$/.test(name);
  const isArchitecture = !isTfjs && /\.json$/i.test(name);
  const isWeights = /\.npz$/i.test(name);
  const said = [network.labels && "class names", network.preprocessing && "preprocessing"];
  const notes = said.filter((word) => typeof word === "string").join(" and ");
  const trains = network.layers.some(({ kind }) => kind === "regularization");
  return [
    isArchitecture && network.weights.size > 0 && "the weights",
    isWeights && "the layers, only their weights by address",
    (isArchitecture || isWeights) && notes !== "" && `the ${notes}`,
    !isKeras && optimizer && `the state of the optimizer (${optimizer.className})`,
    !isKeras && compile && "the loss and the metrics",
    /\.onnx$/i.test(name) && trains && "what Dropout and its like do in training",
  ].filter((word) => typeof word === "string");
}
