import { printable } from "../base/printable.ts";
import { StriateError } from "../base/errors.ts";
import { type Tensor, toNumbers } from "../base/tensor.ts";
import { findHead } from "./head.ts";
import type { Network } from "./network.ts";

/** One class and the network's number for it. */
export interface ClassScore {
  label: string;
  score: number;
}

/** What the network says of a photo. */
export interface Prediction {
  /** Whether the scores are probabilities; else they are raw outputs. */
  probabilities: boolean;
  /** Best first. */
  scores: ClassScore[];
}

/**
 * Reads what a network says of one photo. A single sigmoid is two classes: its value is the second's
 * probability, as when Keras numbers two folders; a softmax has a class for each unit.
 *
 * @param outputs all outputs of the network for the photo, in the user's layout
 * @param labels names of the classes; numbers stand in where there are none
 * @returns undefined where no output is a list of classes
 * @throws StriateError when the number of labels does not fit the head
 */
export function readPrediction(
  network: Network,
  outputs: readonly Tensor[],
  labels: readonly string[] | undefined = network.labels,
): Prediction | undefined {
  const head = findHead(network);
  if (head === undefined) return undefined;
  const output = outputs[network.outputs.indexOf(head.port)];
  if (output === undefined || !isList(output)) return undefined;
  const { kind } = head;
  const values = toNumbers(output);
  const isSingle = kind === "sigmoid" && values.length === 1;
  const scores = isSingle
    ? [1 - values[0]!, values[0]!]
    : kind === "log-softmax"
      ? values.map(Math.exp)
      : values;
  if (labels && labels.length !== scores.length)
    throw new StriateError(
      `${network.origin.file ?? network.name}: the network tells ${scores.length} classes apart, got ${labels.length} labels (${labels.slice(0, 4).join(", ")}${labels.length > 4 ? ", ..." : ""})`,
    );
  return {
    probabilities: kind !== "logits",
    scores: scores
      .map((score, i) => ({ label: labels?.[i] ?? `class ${i}`, score }))
      .sort((a, b) => b.score - a.score),
  };
}

/** Whether a value is one list of numbers: `(1, C)`, `(C)`, `(1, C, 1, 1)`. */
const isList = ({ shape }: Tensor): boolean => shape.filter((length) => length !== 1).length <= 1;

/** `dog 99.2 %, cat 0.8 %` */
export function formatPrediction({ probabilities, scores }: Prediction, count = 5): string {
  return scores
    .slice(0, count)
    .map(({ label, score }) =>
      probabilities
        ? `${printable(label)} ${(100 * score).toFixed(1)} %`
        : `${printable(label)} ${score.toPrecision(4)}`,
    )
    .join(", ");
}
