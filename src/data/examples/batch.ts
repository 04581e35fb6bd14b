import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import { formatByteSize } from "../byte-size.ts";
import type { Example, ExampleStream } from "./example.ts";
import { type Layout, applyScale } from "../pictures/preprocess.ts";
import { type Scale, parseScale } from "../pictures/scale.ts";

/** How labels are written. */
export const labelModes = ["int", "binary", "categorical"] as const;
/**
 * As in `image_dataset_from_directory`:
 * - `"int"`: int32 of shape [N], the class index;
 * - `"binary"`: float32 of shape [N, 1], 0 or 1 (two classes);
 * - `"categorical"`: float32 of shape [N, classes], one-hot.
 */
export type LabelMode = (typeof labelModes)[number];

export interface BatchOptions {
  /** Order of the axes of `x`; "NHWC" by default. */
  layout?: Layout;
  /** Absent: bytes 0..255 as uint8. Given, in the words of `parseScale` (`1/255`): float32. */
  scale?: string;
  labels?: LabelMode;
  /** Whether to leave a last, smaller batch out. */
  dropRemainder?: boolean;
  /**
   * Fills the same few buffers again and again: a batch is good until the next one is asked for. For
   * loops that are done with a batch before they take the next, as training is.
   */
  reuse?: boolean;
  /** Puts `x` in shared memory, so that worker threads read it without a copy. */
  shared?: boolean;
}

/** Some examples, ready for a training step. */
export interface Batch {
  /** Number of examples. */
  readonly size: number;
  /** uint8 or float32 of shape [N, H, W, C] or [N, C, H, W], as `layout` says. */
  readonly x: Tensor<"uint8" | "float32">;
  readonly layout: Layout;
  readonly y: Tensor<"int32" | "float32">;
  /** The path of each picture. */
  readonly ids: readonly string[];
  /** The set, where the tensors of an id are the same whenever it comes. */
  readonly rowsOf?: object;
}

type Pixels = Uint8Array | Float32Array;

/** A data set in batches; made by `Dataset.batch`. */
export class BatchedDataset implements AsyncIterable<Batch> {
  readonly #examples: ExampleStream;
  readonly #size: number;
  /** The most examples in a batch: a set may be smaller than one. */
  readonly #most: number;
  readonly #options: BatchOptions;
  readonly #ahead: number;
  readonly #buffers: Pixels[] = [];
  #epochs = 0;

  constructor(examples: ExampleStream, size: number, options: BatchOptions = {}, ahead = 0) {
    if (!(Number.isInteger(size) && size >= 1))
      throw new StriateError(`a batch of ${size} examples is not possible`);
    if (options.labels === "binary" && examples.classNames.length !== 2)
      throw new StriateError(
        `labels of 0 and 1 need two classes, the set has ${examples.classNames.length}: ` +
          `${examples.classNames.slice(0, 8).join(", ")}`,
      );
    if (options.scale !== undefined) parseScale(options.scale);
    this.#examples = examples;
    this.#size = size;
    this.#most = Math.min(size, Math.max(1, examples.length));
    this.#options = options;
    this.#ahead = ahead;
  }

  /** Batches in an epoch; fewer come when pictures turn out to be unreadable. */
  get length(): number {
    const batches = this.#examples.length / this.#size;
    return this.#options.dropRemainder ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The most examples in a batch. */
  get batchSize(): number {
    return this.#most;
  }

  /** The examples, before they are joined. */
  get examples(): ExampleStream {
    return this.#examples;
  }

  get classNames(): readonly string[] {
    return this.#examples.classNames;
  }

  /** Makes up to `count` batches ahead while the one before is worked on. */
  prefetch(count: number): BatchedDataset {
    return new BatchedDataset(this.#examples, this.#size, this.#options, count);
  }

  /** The batches of one epoch, counted from 0; the same number gives the same batches. */
  async *epoch(number: number): AsyncGenerator<Batch, void, undefined> {
    const batches = this.#batches(number);
    // Each call of next() waits its turn inside the generator: asking early is making ahead.
    const asked: Promise<IteratorResult<Batch, void>>[] = [];
    const ask = () => {
      asked.push(batches.next());
      asked.at(-1)!.catch(() => undefined);
    };
    try {
      for (let i = 0; i <= this.#ahead; i++) ask();
      for (;;) {
        const next = await asked.shift()!;
        if (next.done) return;
        yield next.value;
        ask();
      }
    } finally {
      await batches.return();
    }
  }

  /** The next epoch, each time it is asked. */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    return this.epoch(this.#epochs++);
  }

  async *#batches(number: number): AsyncGenerator<Batch, void, undefined> {
    const scale = this.#options.scale === undefined ? undefined : parseScale(this.#options.scale);
    let [made, examples] = [0, [] as Example[]];
    for await (const example of this.#examples.epoch(number)) {
      examples.push(example);
      if (examples.length < this.#size) continue;
      yield this.#join(examples, made++, scale);
      examples = [];
    }
    if (examples.length > 0 && !this.#options.dropRemainder)
      yield this.#join(examples, made, scale);
  }

  #join(examples: readonly Example[], made: number, scale: Scale | undefined): Batch {
    const { layout = "NHWC", labels = "int" } = this.#options;
    const [height, width, channels] = this.#examples.shape;
    const each = height * width * channels;
    const pixels = this.#buffer(made, each, scale !== undefined);
    examples.forEach(({ x, shape, id }, i) => {
      if (x.length !== each || shape[0] !== height || shape[1] !== width)
        throw new StriateError(
          `${id}: ${shape.join(" x ")} values in a set of ${this.#examples.shape.join(" x ")}`,
        );
      const into = pixels.subarray(i * each, (i + 1) * each);
      if (scale) applyScale(x, scale, channels as 1 | 3, layout, into as Float32Array);
      else writeBytes(x, channels, layout, into as Uint8Array);
    });
    const size = examples.length;
    const shape =
      layout === "NHWC" ? [size, height, width, channels] : [size, channels, height, width];
    const data = pixels.subarray(0, size * each);
    return {
      size,
      layout,
      x: (scale ? { type: "float32", shape, data } : { type: "uint8", shape, data }) as Batch["x"],
      y: writeLabels(
        examples.map((example) => example.y),
        labels,
        this.classNames.length,
      ),
      ids: examples.map((example) => example.id),
      ...(this.#examples.isStable && { rowsOf: this }),
    };
  }

  /** The memory of batch `made`: fresh, or the one that was filled longest ago. */
  #buffer(made: number, each: number, floats: boolean): Pixels {
    // One batch is worked on, and as many as are made ahead wait or are being filled.
    const slot = this.#options.reuse ? made % (this.#ahead + 1) : undefined;
    const known = slot === undefined ? undefined : this.#buffers[slot];
    if (known) return known;
    const memory = this.#memory(this.#most * each * (floats ? 4 : 1));
    // bounded: by the memory that was given
    const pixels = floats ? new Float32Array(memory) : new Uint8Array(memory);
    if (slot !== undefined) this.#buffers[slot] = pixels;
    return pixels;
  }

  #memory(bytes: number): ArrayBuffer | SharedArrayBuffer {
    try {
      return this.#options.shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    } catch (error) {
      throw new StriateError(
        `a batch of ${this.#most} pictures of ${this.#examples.shape.join(" x ")} needs ` +
          `${formatByteSize(bytes)}, more memory than there is; choose a smaller batch or smaller pictures`,
        { cause: error },
      );
    }
  }
}

/** Copies a picture as bytes, one plane a channel for "NCHW"; floats are rounded, halves to even. */
function writeBytes(x: Pixels, channels: number, layout: Layout, into: Uint8Array): void {
  // bounded: by the picture that is there
  const bytes = x instanceof Uint8Array ? x : new Uint8Array(Uint8ClampedArray.from(x).buffer);
  if (layout === "NHWC" || channels === 1) {
    into.set(bytes);
    return;
  }
  const plane = into.length / 3;
  for (let i = 0, from = 0; i < plane; i++, from += 3) {
    into[i] = bytes[from]!;
    into[plane + i] = bytes[from + 1]!;
    into[2 * plane + i] = bytes[from + 2]!;
  }
}

function writeLabels(labels: readonly number[], mode: LabelMode, classes: number): Batch["y"] {
  const size = labels.length;
  if (mode === "int") return { type: "int32", shape: [size], data: Int32Array.from(labels) };
  if (mode === "binary")
    return { type: "float32", shape: [size, 1], data: Float32Array.from(labels) };
  // bounded: by the pictures of a batch and the classes of the set
  const data = new Float32Array(size * classes);
  labels.forEach((label, i) => (data[i * classes + label] = 1));
  return { type: "float32", shape: [size, classes], data };
}
