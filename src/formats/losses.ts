import type { OpenedModel } from "./format.ts";

// Words for what kinds of file do not hold, for the records of the kinds.

/** A file without a place for them. */
export function notesOf({ network }: OpenedModel): string[] {
  const { labels, preprocessing, history } = network;
  return [
    ...(labels ? ["the class names"] : []),
    ...(preprocessing ? ["the preprocessing"] : []),
    ...(history ? ["the history of its training"] : []),
  ];
}

/** A file with a place for the optimizer's settings alone. */
export const stateOf = ({ optimizer }: OpenedModel): string[] =>
  optimizer ? [`the state of the optimizer (${optimizer.className})`] : [];

/** A file that no training goes on from. */
export const trainingOf = (model: OpenedModel): string[] => [
  ...stateOf(model),
  ...(model.compile ? ["the loss and the metrics"] : []),
];

/** A graph for inference. */
export const regularizationOf = ({ network }: OpenedModel): string[] =>
  network.layers.some(({ kind }) => kind === "regularization")
    ? ["what Dropout and its like do in training"]
    : [];
