import { checkedLength } from "../../base/checked-length.ts";
import { softmax } from "../../base/softmax.ts";
import { printable } from "../../base/printable.ts";
import { StriateError } from "../../base/errors.ts";
import { type Tensor, toNumbers } from "../../base/tensor.ts";
import { type Head, findHead, isList } from "./head.ts";
import type { Network } from "../network.ts";

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
  /** What was assumed where the file does not say what its numbers mean, in a sentence. */
  assumption?: string;
}

/**
 * Reads what a network says of one photo. A single sigmoid is two classes: its value is the second's
 * probability, as when Keras numbers two folders; a softmax has a class for each unit.
 *
 * @param outputs all outputs of the network for the photo, in the user's layout
 * @param labels names of the classes, where they are not to be the network's own; numbers stand in where
 * there are none
 * @returns undefined where no output is a list of classes
 * @throws StriateError when the number of labels does not fit the head
 */
export function readPrediction(
  network: Network,
  outputs: readonly Tensor[],
  labels?: readonly string[],
): Prediction | undefined {
  const head = findHead(network, labels);
  if (head === undefined) return undefined;
  const output = outputs[network.outputs.indexOf(head.port)];
  if (output === undefined || !isList(head) || !isOneRow(output)) return undefined;
  const scores = classScores(head, toNumbers(output));
  if (labels && labels.length !== scores.length)
    throw new StriateError(
      `${network.origin.file ?? network.name}: the network tells ${scores.length} classes apart, got ${labels.length} labels (${labels.slice(0, 4).join(", ")}${labels.length > 4 ? ", ..." : ""})`,
    );
  const own = network.labels?.length === scores.length ? network.labels : undefined;
  const names = labels ?? own;
  return {
    probabilities: head.kind !== "logits",
    scores: scores
      .map((score, i) => ({ label: names?.[i] ?? `class ${i}`, score }))
      .sort((a, b) => b.score - a.score),
    ...(head.assumption !== undefined && { assumption: head.assumption }),
  };
}

/**
 * The number of each class from the numbers that come out for one row: probabilities, where the head's kind
 * is not `logits`.
 */
export function classScores(
  { kind, applied, single }: Pick<Head, "kind" | "applied"> & Partial<Pick<Head, "single">>,
  row: ArrayLike<number>,
): number[] {
  checkedLength(row.length, "classes");
  const values = Array.from(row);
  if (kind === "log-softmax") return values.map(Math.exp);
  if (kind === "sigmoid") {
    const shares = applied ? values : values.map((z) => 1 / (1 + Math.exp(-z)));
    return shares.length === 1 ? [1 - shares[0]!, shares[0]!] : shares;
  }
  // The score of a classical learner: its sign says the class.
  if (kind === "logits" && single === true && values.length === 1) return [-values[0]!, values[0]!];
  if (kind === "probabilities" && values.length === 1) return [1 - values[0]!, values[0]!];
  if (kind !== "softmax" || applied) return values;
  return softmax(values);
}

/** Whether a value is one list of numbers: `(1, C)`, `(C)`, `(1, C, 1, 1)`. */
const isOneRow = ({ shape }: Tensor): boolean => shape.filter((length) => length !== 1).length <= 1;

/** `dog 99.2 %, cat 0.8 %` */
export function formatPrediction(
  { probabilities, scores, assumption }: Prediction,
  count = 5,
): string {
  const words = scores
    .slice(0, count)
    .map(({ label, score }) =>
      probabilities
        ? `${printable(label)} ${(100 * score).toFixed(1)} %`
        : `${printable(label)} ${score.toPrecision(4).replaceAll("-", "−")}`,
    )
    .join(", ");
  return assumption === undefined ? words : `${words} (a guess: ${printable(assumption)})`;
}
