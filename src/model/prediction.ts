import { StriateError } from "../base/errors.ts";
import { type Tensor, toNumbers } from "../base/tensor.ts";
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
 * Reads the head of a network. One sigmoid unit is two classes: its value is the second's
 * probability, as when Keras numbers two folders; a softmax has a class for each unit.
 *
 * @param output the first output for one photo, `(1, units)`
 * @param labels names of the classes; numbers stand in where there are none
 * @throws StriateError when the number of labels does not fit the head
 */
export function readPrediction(
  network: Network,
  output: Tensor,
  labels: readonly string[] | undefined = network.labels,
): Prediction | undefined {
  const values = toNumbers(output);
  const units = output.shape.at(-1) ?? 1;
  if (values.length !== units) return undefined;
  const activation = headActivation(network);
  const classes = units === 1 && activation === "sigmoid" ? 2 : units;
  if (labels && labels.length !== classes)
    throw new StriateError(
      `${network.origin.file ?? network.name}: the network tells ${classes} classes apart, got ${labels.length} labels (${labels.slice(0, 4).join(", ")}${labels.length > 4 ? ", ..." : ""})`,
    );
  const [first] = values;
  const scores = units === 1 && classes === 2 ? [1 - first!, first!] : values;
  return {
    probabilities: activation === "sigmoid" || activation === "softmax",
    scores: scores
      .map((score, i) => ({ label: labels?.[i] ?? `class ${i}`, score }))
      .sort((a, b) => b.score - a.score),
  };
}

/** The activation that makes the network's first output: `sigmoid`, `softmax`, or another. */
export function headActivation(network: Network): string | undefined {
  const value = network.outputs[0]?.value;
  const node = network.graph.nodes.find((candidate) => candidate.outputs.includes(value ?? ""));
  return node?.op.toLowerCase();
}

/** `dog 99.2 %, cat 0.8 %` */
export function formatPrediction({ probabilities, scores }: Prediction, count = 5): string {
  return scores
    .slice(0, count)
    .map(({ label, score }) =>
      probabilities ? `${label} ${(100 * score).toFixed(1)} %` : `${label} ${score.toPrecision(4)}`,
    )
    .join(", ");
}
