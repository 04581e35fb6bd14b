import { ExactSums } from "../../base/exact-sums.ts";
import type { Raster } from "../../plot/raster.ts";
import { type PackedArray, pack, unpack } from "../../runs/packed.ts";
import { type Classification, mergeClassifications } from "./classification.ts";
import type { Evaluation } from "./evaluation.ts";

/** What a classifier makes of some photos, in a form that can be put together without rounding. */
export interface EvaluationPart {
  readonly evaluation: Evaluation;
  /** Each of the logs, its mean over a shard times the shard's photos, added up. */
  readonly sums: ExactSums;
}

export function evaluationPart(evaluation: Evaluation): EvaluationPart {
  const sums = new ExactSums(Object.keys(evaluation.logs).length);
  const { total } = evaluation.classification;
  Object.values(evaluation.logs).forEach((mean, i) => sums.add(i, mean * total));
  return { evaluation, sums };
}

/** @throws StriateError where the classes differ */
export function mergeEvaluationParts(a: EvaluationPart, b: EvaluationPart): EvaluationPart {
  const sums = a.sums.copy();
  sums.addAll(b.sums);
  const [one, other] = [a.evaluation, b.evaluation];
  const classification = mergeClassifications(one.classification, other.classification);
  const skipped = [...one.skipped, ...other.skipped];
  return { evaluation: { ...one, classification, skipped }, sums };
}

/** The evaluation of all photos, with their mean loss. */
export function wholeEvaluation({ evaluation, sums }: EvaluationPart): Evaluation {
  const total = Math.max(1, evaluation.classification.total);
  const names = Object.keys(evaluation.logs);
  const logs = Object.fromEntries(names.map((name, i) => [name, sums.value(i) / total]));
  return { ...evaluation, logs };
}

export function writeEvaluation({ evaluation, sums }: EvaluationPart): Uint8Array {
  const { counts, parts } = sums.pack();
  const arrays: Record<string, PackedArray> = { "sums/counts": counts, "sums/parts": parts };
  const { classification, logs, ...rest } = evaluation;
  const mostWrong = classification.mostWrong.map(({ picture, ...each }, i) => {
    if (picture === undefined) return each;
    const { data, ...size } = picture;
    arrays[`picture/${i}`] = data;
    return { ...each, picture: size };
  });
  // The means of a shard alone are in the sums.
  const data = {
    ...rest,
    classification: { ...classification, mostWrong },
    logs: Object.keys(logs),
  };
  return pack(data, arrays);
}

/** @throws StriateError when the bytes are cut off */
export function readEvaluation(bytes: Uint8Array): EvaluationPart {
  const { data, arrays } = unpack(bytes);
  const { logs, classification, file, ...rest } = data as Omit<Evaluation, "logs"> & {
    logs: string[];
  };
  const mostWrong = classification.mostWrong.map((each, i) =>
    each.picture
      ? { ...each, picture: { ...each.picture, data: arrays[`picture/${i}`] } as Raster }
      : each,
  );
  const sums = ExactSums.unpack({
    counts: arrays["sums/counts"] as Uint8Array,
    parts: arrays["sums/parts"] as Float64Array,
  });
  const read: Classification = { ...classification, mostWrong };
  return {
    evaluation: {
      ...rest,
      file,
      classification: read,
      logs: Object.fromEntries(logs.map((name) => [name, 0])),
    },
    sums,
  };
}
