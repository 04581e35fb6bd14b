import { StriateError } from "../../base/errors.ts";
import type { Raster } from "../../plot/raster.ts";

/** One example that a classifier got wrong. */
export interface WrongExample {
  /** The path of the picture. */
  id: string;
  /** What it is, and what the network took it for. */
  label: number;
  predicted: number;
  /** The network's probability of what it is; the smaller, the worse. */
  probability: number;
  /** The picture as the network gets it, before it is scaled; absent of tensors. */
  picture?: Raster;
}

/** How well one class is told apart. */
export interface ClassReport {
  className: string;
  count: number;
  /** Of those that were taken for this class, how many are; null where none was. */
  precision: number | null;
  /** Of those that are of this class, how many were found; null where there is none. */
  recall: number | null;
}

/** What a classifier takes each example for. */
export interface Classification {
  readonly classNames: readonly string[];
  /** `counts[label][predicted]` */
  readonly counts: readonly (readonly number[])[];
  /** Those that it got most wrong, the most wrong first. */
  readonly mostWrong: readonly WrongExample[];
  /** How many of these are kept. */
  readonly kept: number;
  readonly total: number;
  readonly accuracy: number;
  readonly classes: readonly ClassReport[];
}

/** Counts what a classifier takes each example for, and keeps those that it got most wrong. */
export class ClassificationCounter {
  readonly #classNames: readonly string[];
  readonly #counts: number[][];
  readonly #kept: number;
  readonly #wrong: WrongExample[] = [];

  /** @param kept how many of the most wrong examples to keep */
  constructor(classNames: readonly string[], kept = 12) {
    this.#classNames = classNames;
    this.#counts = classNames.map(() => classNames.map(() => 0));
    this.#kept = kept;
  }

  /**
   * Counts one example.
   * @param probabilities of each class
   * @param picture asked for only where the example is kept
   */
  add(
    label: number,
    probabilities: ArrayLike<number>,
    id: string,
    picture: () => Raster | undefined,
  ): void {
    let predicted = 0;
    for (let i = 1; i < probabilities.length; i++)
      if (probabilities[i]! > probabilities[predicted]!) predicted = i;
    this.#counts[label]![predicted]!++;
    if (predicted === label) return;
    const wrong: WrongExample = { id, label, predicted, probability: probabilities[label]! };
    const worst = this.#wrong;
    const last = worst.at(-1);
    if (worst.length >= this.#kept && (!last || byProbability(wrong, last) > 0)) return;
    worst.push({ ...wrong, picture: picture() });
    worst.sort(byProbability);
    if (worst.length > this.#kept) worst.pop();
  }

  /** All that was counted until now, as data that later counts leave alone. */
  get result(): Classification {
    const counts = this.#counts.map((row) => [...row]);
    return classificationOf(this.#classNames, counts, [...this.#wrong], this.#kept);
  }
}

/**
 * What the examples of both come to: of one network, over parts of one data set.
 * @throws StriateError where their classes differ
 */
export function mergeClassifications(a: Classification, b: Classification): Classification {
  if (a.classNames.join("\n") !== b.classNames.join("\n"))
    throw new StriateError(
      `two results of other classes cannot be put together: ${a.classNames.join(", ")}, and ${b.classNames.join(", ")}`,
    );
  const counts = a.counts.map((row, i) => row.map((count, j) => count + b.counts[i]![j]!));
  const kept = Math.min(a.kept, b.kept);
  const wrong = [...a.mostWrong, ...b.mostWrong].sort(byProbability).slice(0, kept);
  return classificationOf(a.classNames, counts, wrong, kept);
}

/** By name where two are as wrong, so that the order does not depend on who came first. */
const byProbability = (a: WrongExample, b: WrongExample): number =>
  a.probability - b.probability || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

function classificationOf(
  classNames: readonly string[],
  counts: readonly (readonly number[])[],
  mostWrong: readonly WrongExample[],
  kept: number,
): Classification {
  const sum = (list: readonly number[]) => list.reduce((whole, each) => whole + each, 0);
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const total = sum(counts.map(sum));
  const classes = classNames.map((className, i): ClassReport => {
    const [count, taken] = [sum(counts[i]!), sum(counts.map((row) => row[i]!))];
    const right = counts[i]![i]!;
    return { className, count, precision: share(right, taken), recall: share(right, count) };
  });
  const accuracy = share(sum(counts.map((row, i) => row[i]!)), total) ?? 0;
  return { classNames, counts, mostWrong, kept, total, accuracy, classes };
}
