import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { type CacheOptions, RowStore } from "../../data/examples/row-store.ts";
import { bindDims } from "../../ops/infer/bind-dims.ts";
import type { Network } from "../../model/network.ts";
import type { Runtime, Session, SessionOptions } from "../../runtime/runtime.ts";
import type { TrainingBatch } from "../data/training-data.ts";

/** How what frozen layers make of each row is kept. */
export interface FrontOptions {
  /** Bytes of memory; 256 MB by default. */
  readonly memory?: number;
  /** Opens a place on disk for rows of so many bytes, for what memory has no room for. */
  readonly spill?: (bytesEach: number) => ReturnType<NonNullable<CacheOptions["spill"]>>;
}

/**
 * Frozen layers in front of what is trained. What they make of a row is computed once and kept, where the
 * batch says that the row is the same whenever it comes; a training of the head alone then costs seconds.
 *
 * Each row is run alone, so that its features are the same to the bit whichever rows it comes with.
 */
export class FrozenFront {
  readonly #front: Network;
  readonly #runtime: Runtime;
  readonly #options: SessionOptions & FrontOptions;
  /** Elements of a row, by output. */
  readonly #sizes: readonly number[];
  #session: Promise<Session> | undefined;
  #store: RowStore;
  /** By the set that rows are of: where the features of each are. */
  #kept = new WeakMap<object, Map<string, number>>();

  constructor(front: Network, runtime: Runtime, options: SessionOptions & FrontOptions) {
    this.#front = front;
    this.#runtime = runtime;
    this.#options = options;
    this.#sizes = front.outputs.map(({ shape }) => sizeOf(shape.slice(1).map(Number)));
    this.#store = this.#newStore();
  }

  /**
   * What the front makes of a batch.
   *
   * @param x for the inputs of the front, in the graph's layout
   * @returns for its outputs, in their order
   */
  async features(
    x: readonly Tensor<"float32">[],
    { ids, rowsOf }: Pick<TrainingBatch, "ids" | "rowsOf">,
  ): Promise<Tensor<"float32">[]> {
    const rows = x[0]!.shape[0]!;
    const made = this.#sizes.map((size) => new Float32Array(rows * size));
    const known = rowsOf && this.#slotsOf(rowsOf);
    for (let row = 0; row < rows; row++) {
      const id = ids?.[row];
      const slot = id === undefined ? undefined : known?.get(id);
      const features = slot === undefined ? await this.#run(x, row) : await this.#read(slot);
      this.#sizes.forEach((size, i) => made[i]!.set(features[i]!, row * size));
      if (known === undefined || id === undefined || slot !== undefined) continue;
      const kept = await this.#store.keep(bytesOf(features));
      if (kept !== undefined) known.set(id, kept);
    }
    return this.#front.outputs.map(({ shape }, i) =>
      float32([rows, ...shape.slice(1).map(Number)], made[i]!),
    );
  }

  async #run(x: readonly Tensor<"float32">[], row: number): Promise<Float32Array[]> {
    const session = await (this.#session ??= this.#runtime.open(
      bindDims(this.#front.graph, { N: 1 }),
      this.#options,
    ));
    const feeds = this.#front.inputs.map((port, i) => {
      const { shape, data } = x[i]!;
      const each = data.length / shape[0]!;
      const own = data.subarray(row * each, (row + 1) * each);
      return [port.value, float32([1, ...shape.slice(1)], own)] as const;
    });
    const results = await session.run(Object.fromEntries(feeds));
    return session.outputs.map((name) => toFloat32(results[name]!).data);
  }

  async #read(slot: number): Promise<Float32Array[]> {
    const bytes = await this.#store.read(slot);
    const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    let at = 0;
    return this.#sizes.map((size) => numbers.subarray(at, (at += size)));
  }

  #slotsOf(set: object): Map<string, number> {
    let slots = this.#kept.get(set);
    if (!slots) this.#kept.set(set, (slots = new Map<string, number>()));
    return slots;
  }

  #newStore(): RowStore {
    const { memory = 256 * 2 ** 20, spill } = this.#options;
    const each = 4 * this.#sizes.reduce((sum, size) => sum + size, 0);
    return new RowStore(each, { memory, ...(spill && { spill: () => spill(each) }) });
  }

  /** Frees the engine's memory and the features; they are made again when they are needed. */
  async close(): Promise<void> {
    const [session, store] = [this.#session, this.#store];
    this.#session = undefined;
    this.#kept = new WeakMap();
    this.#store = this.#newStore();
    await (await session?.catch(() => undefined))?.release();
    await store.close();
  }
}

/** The features of a row end to end. */
function bytesOf(features: readonly Float32Array[]): Uint8Array {
  // bounded: what is there already
  const all = new Float32Array(features.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of features) {
    all.set(each, at);
    at += each.length;
  }
  return new Uint8Array(all.buffer);
}
