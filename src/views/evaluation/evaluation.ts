import { StriateError } from "../../base/errors.ts";
import type { SkippedFile } from "../../data/files/class-folders.ts";
import type { ClassifierLoss } from "../../model/head/classifier-loss.ts";
import type { Logs } from "../../model/history.ts";
import type { ScalingTrials } from "./scaling-trials.ts";
import { type Classification, mergeClassifications } from "./classification.ts";

/** What a classifier makes of a data set: plain data, and so of its parts ({@link mergeEvaluations}). */
export interface Evaluation {
  /** The file as the user named it; absent of a network that was made here. */
  readonly file: string | undefined;
  /** The file, or the network's name. */
  readonly title: string;
  readonly classification: Classification;
  /** The mean loss. */
  readonly logs: Logs;
  /** The loss that was taken. */
  readonly loss: ClassifierLoss;
  /** Files of the data set that could not be read. */
  readonly skipped: readonly SkippedFile[];
  /** Under other scalings, where the file says none; not of parts. */
  readonly scalings?: ScalingTrials;
}

/**
 * What a classifier makes of two parts of one data set together.
 * @throws StriateError where classes or losses differ
 */
export function mergeEvaluations(a: Evaluation, b: Evaluation): Evaluation {
  if (JSON.stringify(a.loss) !== JSON.stringify(b.loss))
    throw new StriateError(`${a.title}: the two results were measured with different losses`);
  const classification = mergeClassifications(a.classification, b.classification);
  const share = a.classification.total / (classification.total || 1);
  const logs = Object.fromEntries(
    Object.keys(a.logs).map((name) => [name, a.logs[name]! * share + b.logs[name]! * (1 - share)]),
  );
  return { ...a, classification, logs, skipped: [...a.skipped, ...b.skipped] };
}
