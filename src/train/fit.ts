import { StriateError, messageOf } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Callback, FitRun, TrainingPosition } from "./callbacks/callback.ts";
import { evaluate } from "./evaluate.ts";
import { History } from "../model/history.ts";
import type { ClassWeight } from "./data/prepare-batch.ts";
import type { Logs } from "../model/history.ts";
import { Totals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainingData } from "./data/training-data.ts";

export interface FitOptions {
  /** Epochs to train in all; 1 by default. */
  epochs?: number;
  /** Measured after each epoch; its numbers begin with `val_`. */
  validationData?: TrainingData;
  callbacks?: readonly Callback[];
  /** How much each class counts, by class number. */
  classWeight?: ClassWeight;
  /**
   * Where a training that was stopped goes on; the trainer's state must be that of the same moment,
   * and so must the weights that callbacks keep.
   */
  from?: TrainingPosition;
  /** Weights that callbacks kept, by place. */
  callbackWeights?: ReadonlyMap<number, ReadonlyMap<string, Tensor>>;
  /** Asked after each batch; true ends the training between two batches. */
  shouldStop?(): boolean;
  /**
   * Called where a training can go on later: after each epoch, when it is stopped, and when it fails.
   */
  checkpoint?(run: FitRun): Promise<void>;
}

/**
 * Trains a compiled model, epoch by epoch.
 *
 * The same seed, data and engine give the same numbers to the bit; so does a training that was stopped
 * between two batches and goes on from its position.
 *
 * @throws StriateError naming epoch and batch when a batch cannot be trained on; what was trained
 * before it stays
 */
export function fit(
  trainer: Trainer,
  data: TrainingData,
  options: FitOptions = {},
): Promise<History> {
  return new Fit(trainer, data, options).run();
}

class Fit implements FitRun {
  readonly trainer: Trainer;
  readonly callbacks: readonly Callback[];
  readonly epochs: number;
  readonly batches: number | undefined;
  readonly history: History;
  stopTraining = false;
  readonly #data: TrainingData;
  readonly #options: FitOptions;
  #totals: Totals;
  #epoch: number;
  #batch: number;
  #interrupted = false;

  constructor(trainer: Trainer, data: TrainingData, options: FitOptions) {
    const { epochs = 1, from, callbacks = [] } = options;
    if (!(Number.isInteger(epochs) && epochs > 0))
      throw new StriateError(`epochs: expected a whole number of at least 1, got ${epochs}`);
    this.trainer = trainer;
    this.epochs = epochs;
    this.batches = data.length;
    this.history = from ? History.from(from.history) : new History();
    this.#data = data;
    this.#options = options;
    this.callbacks = callbacks;
    this.#epoch = from?.epoch ?? 0;
    this.#batch = from?.batch ?? 0;
    this.#totals = new Totals(trainer.network, trainer.compiled);
    if (from?.totals) this.#totals.state = from.totals;
  }

  async run(): Promise<History> {
    const { from } = this.#options;
    await this.#each((callback) => callback.onTrainBegin?.(this));
    if (from) this.#restoreCallbacks(from);
    while (this.#epoch < this.epochs && !this.stopTraining && !this.#interrupted) {
      try {
        await this.#runEpoch();
      } catch (error) {
        await this.#options.checkpoint?.(this);
        throw error;
      }
      await this.#options.checkpoint?.(this);
    }
    await this.#each((callback) => callback.onTrainEnd?.(this));
    return this.history;
  }

  async #runEpoch(): Promise<void> {
    const epoch = this.#epoch;
    await this.#each((callback) => callback.onEpochBegin?.(epoch, this));
    await this.#trainEpoch(epoch);
    if (this.#interrupted) return;
    if (this.#totals.rows === 0)
      throw new StriateError(`epoch ${epoch + 1}: the data set holds no batch to train on`);
    const logs: Logs = this.#totals.logs();
    const { validationData } = this.#options;
    if (validationData)
      Object.assign(logs, await evaluate(this.trainer, validationData, { prefix: "val_" }));
    await this.#each((callback) => callback.onEpochEnd?.(epoch, logs, this));
    this.history.add(epoch, logs);
    this.#epoch++;
    this.#batch = 0;
    this.#totals = new Totals(this.trainer.network, this.trainer.compiled);
  }

  /** The batches of an epoch; those that were done before an interruption are passed over. */
  async #trainEpoch(epoch: number): Promise<void> {
    const done = this.#batch;
    let index = -1;
    for await (const batch of this.#data.epoch(epoch)) {
      if (++index < done) continue;
      await this.#each((callback) => callback.onBatchBegin?.(index, this));
      const prepared = await this.#at(epoch, index, () =>
        this.trainer.prepareBatch(batch, this.#options.classWeight),
      );
      await this.trainer.prepare(Math.max(prepared.rows, this.#data.batchSize ?? 0));
      this.#totals.add(prepared, await this.trainer.step(prepared));
      this.#batch = index + 1;
      const logs = this.#totals.logs();
      await this.#each((callback) => callback.onBatchEnd?.(index, logs, this));
      if (this.#options.shouldStop?.()) this.#interrupted = true;
      if (this.#interrupted || this.stopTraining) return;
    }
  }

  /** Puts the place of a fault in front of its message. */
  async #at<T>(epoch: number, batch: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new StriateError(`epoch ${epoch + 1}, batch ${batch + 1}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  #restoreCallbacks({ callbacks }: TrainingPosition): void {
    this.callbacks.forEach((callback, i) => {
      const state = callbacks[i] ?? null;
      if (state !== null) callback.restore?.(state);
      const weights = this.#options.callbackWeights?.get(i);
      if (weights) callback.restoreWeights?.(weights);
    });
  }

  async #each(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.callbacks) await call(callback);
  }

  get reported(): readonly string[] {
    const names = Object.keys(this.#totals.logs());
    return this.#options.validationData ? [...names, ...names.map((name) => `val_${name}`)] : names;
  }

  directionOf(name: string): "up" | "down" | undefined {
    const plain = name.replace(/^val_/, "");
    const { compiled, network } = this.trainer;
    const known = compiled.metrics.find(({ metric }) => metric.name === plain);
    if (known) return known.metric.direction;
    const losses = ["loss", ...network.outputs.map(({ name: output }) => `${output}_loss`)];
    return losses.includes(plain) ? "down" : undefined;
  }

  position(): TrainingPosition {
    return {
      epoch: this.#epoch,
      batch: this.#batch,
      totals: this.#batch > 0 ? this.#totals.state : null,
      history: this.history.toJSON(),
      callbacks: this.callbacks.map((callback) => callback.state?.() ?? null),
    };
  }
}
