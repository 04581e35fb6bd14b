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

/** Counts what a classifier takes each example for, and keeps those that it got most wrong. */
export class Classification {
  readonly classNames: readonly string[];
  /** `counts[label][predicted]` */
  readonly counts: number[][];
  readonly #kept: number;
  readonly #wrong: WrongExample[] = [];

  /** @param kept how many of the most wrong examples to keep */
  constructor(classNames: readonly string[], kept = 12) {
    this.classNames = classNames;
    this.counts = classNames.map(() => classNames.map(() => 0));
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
    this.counts[label]![predicted]!++;
    if (predicted === label || this.#kept === 0) return;
    const probability = probabilities[label]!;
    const worst = this.#wrong;
    if (worst.length >= this.#kept && probability >= worst.at(-1)!.probability) return;
    worst.push({ id, label, predicted, probability, picture: picture() });
    worst.sort((a, b) => a.probability - b.probability);
    if (worst.length > this.#kept) worst.pop();
  }

  /** The most wrong first. */
  get mostWrong(): readonly WrongExample[] {
    return this.#wrong;
  }

  get total(): number {
    return this.counts.flat().reduce((sum, count) => sum + count, 0);
  }

  get accuracy(): number {
    const right = this.counts.reduce((sum, row, i) => sum + row[i]!, 0);
    return this.total === 0 ? 0 : right / this.total;
  }

  get classes(): ClassReport[] {
    const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
    return this.classNames.map((className, i) => {
      const count = this.counts[i]!.reduce((sum, each) => sum + each, 0);
      const taken = this.counts.reduce((sum, row) => sum + row[i]!, 0);
      const right = this.counts[i]![i]!;
      return { className, count, precision: share(right, taken), recall: share(right, count) };
    });
  }
}
