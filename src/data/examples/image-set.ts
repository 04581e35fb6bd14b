import { counted } from "../../base/counted.ts";
import { withThousands } from "../../base/text-table.ts";
import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";
import type { SkippedFile } from "../files/class-folders.ts";
import { compareCodePoints } from "../files/code-point-order.ts";
import { countEndings } from "../files/count-endings.ts";
import { Dataset } from "./dataset.ts";
import { exampleImage } from "../pictures/example-image.ts";
import type { Image } from "../pictures/image.ts";
import type { ExampleShape, ExampleSource } from "./example.ts";
import { numpyPermutation } from "./numpy-permutation.ts";
import { resolveSplit } from "./split-words.ts";

/** What {@link ImageSet} is made of. */
export interface ImageSetParts {
  readonly name: string;
  readonly source: ExampleSource;
  /** Indices of the source's examples by split, in listed order. */
  readonly splits: ReadonlyMap<string, ArrayLike<number>>;
  /** Seed of the order of each split; undefined keeps the listed order. */
  readonly seed?: number;
  /** Files that were found to be no pictures when the set was listed. */
  readonly skipped?: readonly SkippedFile[];
  readonly notices?: readonly string[];
}

/**
 * A labelled set of pictures, opened but not read: pictures are decoded when an epoch comes to them.
 *
 * Each split has one fixed order, shuffled by the seed: a folder lists its pictures class by class, and
 * the last fifth of such a list would be all dogs.
 */
export class ImageSet {
  readonly name: string;
  /** What else was left out and a person should know, in sentences. */
  readonly notices: readonly string[];
  readonly #source: ExampleSource;
  readonly #orders: ReadonlyMap<string, Uint32Array>;
  readonly #skipped: readonly SkippedFile[];
  #splitOf: Map<number, string> | undefined;

  constructor({ name, source, splits, seed, skipped = [], notices = [] }: ImageSetParts) {
    this.name = name;
    this.notices = notices;
    this.#source = source;
    this.#skipped = skipped;
    this.#orders = new Map(
      [...splits].map(([split, indices]) => [
        split,
        seed === undefined
          ? Uint32Array.from(indices)
          : numpyPermutation(indices.length, seed).map((i) => indices[i]!),
      ]),
    );
  }

  get classNames(): readonly string[] {
    return this.#source.classNames;
  }

  /** [height, width, channels] of every picture. */
  get shape(): ExampleShape {
    return this.#source.shape;
  }

  /** Examples in each split. */
  get splits(): ReadonlyMap<string, number> {
    return new Map([...this.#orders].map(([split, order]) => [split, order.length]));
  }

  /**
   * Files that are left out, by path: those that are no pictures, and those that could not be decoded
   * so far.
   */
  get skipped(): readonly SkippedFile[] {
    return [...this.#skipped, ...this.#source.skipped].sort((a, b) =>
      compareCodePoints(a.path, b.path),
    );
  }

  /**
   * Part of the set in the words of TensorFlow Datasets: `train[:80%]`, `train[80%:]`, `test`.
   *
   * @throws StriateError when there is no such split or nothing is left of it
   */
  split(words = "all"): Dataset {
    return this.dataset(this.indices(words));
  }

  /** The numbers of the pictures of a part, in its order. @throws as {@link split} */
  indices(words = "all"): Uint32Array {
    const parts = resolveSplit(words, this.splits).map(({ split, from, to }) =>
      this.#orders.get(split)!.subarray(from, to),
    );
    // bounded: what is there already
    const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  /** The pictures of these numbers, in this order. */
  dataset(indices: Uint32Array): Dataset {
    return Dataset.from(this.#source, indices);
  }

  /** The split that a picture is of. */
  splitOf(index: number): string | undefined {
    this.#splitOf ??= new Map(
      [...this.#orders].flatMap(([split, order]) => [...order].map((each) => [each, split])),
    );
    return this.#splitOf.get(index);
  }

  /** Label and path of a picture, and what tells its file from another one of its name, without reading it. */
  listed(index: number): { readonly label: number; readonly id: string; readonly print: string } {
    const source = this.#source;
    return {
      label: source.label(index),
      id: source.id(index),
      print: source.print?.(index) ?? "",
    };
  }

  /**
   * A picture as its file has it, upright; what a set draws itself is given as it is read.
   * @throws StriateError where it cannot be read
   */
  async original(index: number): Promise<Image | undefined> {
    const source = this.#source;
    if (source.original) return source.original(index);
    const x = await source.read(index);
    const { label: y, id } = this.listed(index);
    return x && exampleImage({ x, shape: source.shape, y, id });
  }

  /** [height, width] of {@link original}, once the picture was read. */
  originalSize(index: number): readonly [number, number] | undefined {
    return this.#source.originalSize?.(index);
  }

  /**
   * Training and validation parts: a share of `train`, or the set's own validation or test split when
   * there is one and no share is asked for.
   *
   * @param share part of `train` that validates, such as 0.2
   */
  trainAndValidation(share?: number): { train: Dataset; validation: Dataset } {
    const sizes = this.splits;
    const train = sizes.has("train") ? "train" : "all";
    const own = ["validation", "test"].find((split) => sizes.has(split));
    if (share === undefined && own && train === "train")
      return { train: this.split("train"), validation: this.split(own) };
    const whole = this.split(train);
    const kept = Math.round(whole.length * (1 - (share ?? 0.2)));
    if (!(kept > 0 && kept < whole.length))
      throw new StriateError(
        `${this.name}: a validation share of ${share ?? 0.2} over ${whole.length} pictures leaves one part empty`,
      );
    return { train: whole.take(kept), validation: whole.skip(kept) };
  }

  /** One line for each thing that was left out, shortest first; empty when nothing was. */
  warnings(): string[] {
    const skipped = this.skipped;
    if (skipped.length === 0) return [...this.notices];
    const shown = skipped.slice(0, 3).map(({ path, reason }) => `${path} (${reason})`);
    const rest = skipped.length - shown.length;
    const total = [...this.splits.values()].reduce((sum, size) => sum + size, this.#skipped.length);
    return [
      ...this.notices,
      `${withThousands(skipped.length)} of ${counted(total, "file")} could not be read as ${skipped.length === 1 ? "a picture and is" : "pictures and are"} left out: ` +
        `${shown.join(", ")}${rest > 0 ? ` and ${withThousands(rest)} more (${countEndings(skipped.map(({ path }) => path))})` : ""}`,
    ];
  }

  /** The label of a class name. */
  labelOf(className: string): number {
    const label = this.classNames.indexOf(className);
    if (label >= 0) return label;
    const near = nearestNames(className, this.classNames).join(", ");
    throw new StriateError(`${this.name}: no class "${className}"; there are ${near}`);
  }

  /** Every picture of the set by path and class number, in listed order: what a training depends on. */
  listing(): string[] {
    const { length } = this.#source;
    return Array.from({ length }, (_, i) => `${this.#source.label(i)} ${this.#source.id(i)}`);
  }

  /** What tells each file of {@link listing} from another one of its name. */
  prints(): string[] {
    const { length } = this.#source;
    return Array.from({ length }, (_, i) => this.#source.print?.(i) ?? "");
  }

  /** Gives memory and files back. */
  close(): Promise<void> {
    return this.#source.close();
  }
}
