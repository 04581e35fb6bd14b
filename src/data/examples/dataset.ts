import { StriateError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { BatchedDataset, type BatchOptions } from "./batch.ts";
import type { Example, ExampleShape, ExampleSource } from "./example.ts";
import { inOrder } from "./in-order.ts";
import { shuffled } from "./shuffle.ts";

/** Changes one example; `random` is seeded by the data set's seed, the epoch and the example. */
export type ExampleMap = (example: Example, random: Random) => Example | Promise<Example>;

/** The steps of a pipeline, without their data. */
interface Pipeline {
  readonly source: ExampleSource;
  /** The indices of one epoch, in order. */
  readonly order: (epoch: number) => Iterable<number>;
  /** Indices in an epoch, unreadable pictures included. */
  readonly length: number;
  readonly load: (index: number, epoch: number) => Promise<Example | undefined>;
  /** Whether an example is the same in every epoch. */
  readonly isStable: boolean;
}

/** Pictures that are read and changed at the same time. */
const width = 16;

/**
 * A sequence of labelled pictures that is read again in every epoch. Each method gives a new data set
 * and leaves this one as it is, as in `tf.data`: `set.split("train").shuffle(2048).batch(64)`.
 *
 * What is random depends only on the seed and the number of the epoch: the same epoch is the same, to
 * the byte, in whatever order epochs are run.
 */
export class Dataset implements AsyncIterable<Example> {
  readonly #pipeline: Pipeline;
  #epochs = 0;

  private constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  /** The examples of `source` with these indices (all of them by default), in this order. */
  static from(source: ExampleSource, indices?: ArrayLike<number> & Iterable<number>): Dataset {
    const order = indices ?? Uint32Array.from({ length: source.length }, (_, i) => i);
    return new Dataset({
      source,
      order: () => order,
      length: order.length,
      isStable: true,
      load: async (index) => {
        const x = await source.read(index);
        if (!x) return undefined;
        return { x, shape: source.shape, y: source.label(index), id: source.id(index), index };
      },
    });
  }

  /** Number of examples; pictures that turn out to be unreadable are still counted. */
  get length(): number {
    return this.#pipeline.length;
  }

  get isStable(): boolean {
    return this.#pipeline.isStable;
  }

  /** [height, width, channels] of every picture. */
  get shape(): ExampleShape {
    return this.#pipeline.source.shape;
  }

  /** The words for the labels, by index. */
  get classNames(): readonly string[] {
    return this.#pipeline.source.classNames;
  }

  /** How many examples each class has, by label. */
  countClasses(): number[] {
    const counts = new Array<number>(this.classNames.length).fill(0);
    for (const index of this.#pipeline.order(0)) counts[this.#pipeline.source.label(index)]!++;
    return counts;
  }

  /** The first `count` examples. */
  take(count: number): Dataset {
    return this.#slice(0, count);
  }

  /** All but the first `count` examples. */
  skip(count: number): Dataset {
    return this.#slice(count, Infinity);
  }

  /**
   * Shuffles through a buffer of `size` examples, as `tf.data` does. It costs no memory for pictures:
   * the order is shuffled before they are read. Another `seed` gives another order; without
   * `reshuffleEachEpoch` it is the same in every epoch.
   */
  shuffle(
    size: number,
    { seed = 0, reshuffleEachEpoch = true }: { seed?: number; reshuffleEachEpoch?: boolean } = {},
  ): Dataset {
    if (!(size >= 1)) throw new StriateError(`a shuffle buffer of ${size} examples holds none`);
    const { order } = this.#pipeline;
    return this.#with({
      order: (epoch) =>
        shuffled(order(epoch), size, new Random(seed, reshuffleEachEpoch ? epoch + 1 : 0)),
    });
  }

  /**
   * Applies `change` to every example, several at a time. `seed` is that of the random numbers that
   * `change` gets.
   */
  map(change: ExampleMap, { seed = 0 }: { seed?: number } = {}): Dataset {
    const { load, source } = this.#pipeline;
    return this.#with({
      isStable: false,
      load: async (index, epoch) => {
        const example = await load(index, epoch);
        return example && change(example, new Random(seed, 1 + index + epoch * source.length));
      },
    });
  }

  /**
   * Keeps in memory what comes out of the steps so far. A picture set keeps its decoded pictures by
   * itself (see `openDataset`); this is for what a costly `map` makes. Random changes before it are
   * drawn once, as in `tf.data`.
   */
  cache(): Dataset {
    const { load } = this.#pipeline;
    const kept = new Map<number, Promise<Example | undefined>>();
    return this.#with({
      isStable: true,
      load: (index, epoch) => {
        let example = kept.get(index);
        if (!example) kept.set(index, (example = load(index, epoch)));
        return example;
      },
    });
  }

  /** Joins each `size` examples to a batch; the last one may be smaller. */
  batch(size: number, options: BatchOptions = {}): BatchedDataset {
    return new BatchedDataset(this, size, options);
  }

  /** The examples of one epoch, counted from 0. Unreadable pictures are left out. */
  async *epoch(number: number): AsyncGenerator<Example, void, undefined> {
    const { order, load } = this.#pipeline;
    for await (const example of inOrder(order(number), width, (index) => load(index, number)))
      if (example) yield example;
  }

  /** The next epoch, each time it is asked. */
  [Symbol.asyncIterator](): AsyncGenerator<Example, void, undefined> {
    return this.epoch(this.#epochs++);
  }

  #with(changes: Partial<Pipeline>): Dataset {
    return new Dataset({ ...this.#pipeline, ...changes });
  }

  #slice(from: number, to: number): Dataset {
    const { order, length } = this.#pipeline;
    return this.#with({
      length: Math.max(0, Math.min(to, length) - from),
      order: function* (epoch) {
        let at = 0;
        for (const index of order(epoch)) {
          if (at >= to) return;
          if (at++ >= from) yield index;
        }
      },
    });
  }
}
