import { type Sketch, areaUnderRoc, middleOf } from "../census/sketch.ts";

/** What a yes-or-no network does at one threshold. */
export interface ThresholdRow {
  /** From this probability of the second class on it is taken for it. */
  readonly threshold: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly falsePositiveRate: number | null;
}

const shares = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/**
 * Precision, recall and F1 of the second class at thresholds from 0.05 to 0.95, as scikit-learn has them.
 *
 * @param no log-odds of the second class, of photos of the first; @param yes of the second
 */
export function thresholdTable(no: Sketch, yes: Sketch, bits: number): ThresholdRow[] {
  return shares.map((threshold) => {
    const cut = Math.log(threshold / (1 - threshold));
    const [falsePositives, positives] = [no, yes].map((sketch) => from(sketch, bits, cut));
    const [negatives, all] = [no, yes].map(total);
    const [fp, tp] = [falsePositives!, positives!];
    return {
      threshold,
      precision: tp + fp > 0 ? tp / (tp + fp) : null,
      recall: all! > 0 ? tp / all! : null,
      f1: all! > 0 ? (2 * tp) / (tp + fp + all!) : null,
      falsePositiveRate: negatives! > 0 ? fp / negatives! : null,
    };
  });
}

/** The ROC curve, from nothing taken to all: shares of the first and of the second class that are taken. */
export function rocCurve(no: Sketch, yes: Sketch): [falsePositive: number, truePositive: number][] {
  const cells = [...new Set([...no.cells, ...yes.cells])].sort((a, b) => b - a);
  const [negatives, positives] = [total(no), total(yes)];
  if (negatives === 0 || positives === 0) return [];
  const counts = [no, yes].map(
    ({ cells: own, counts: each }) => new Map([...own].map((cell, i) => [cell, each[i]!])),
  );
  let [fp, tp] = [0, 0];
  const curve: [number, number][] = [[0, 0]];
  for (const cell of cells) {
    fp += counts[0]!.get(cell) ?? 0;
    tp += counts[1]!.get(cell) ?? 0;
    curve.push([fp / negatives, tp / positives]);
  }
  return curve;
}

export const rocArea = (no: Sketch, yes: Sketch): number | null => areaUnderRoc(yes, no);

const total = ({ counts }: Sketch): number => counts.reduce((sum, count) => sum + count, 0);

function from({ cells, counts }: Sketch, bits: number, cut: number): number {
  let sum = 0;
  cells.forEach((cell, i) => {
    if (middleOf(cell, bits) >= cut) sum += counts[i]!;
  });
  return sum;
}
