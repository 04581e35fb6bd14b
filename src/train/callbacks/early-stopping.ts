import type { Tensor } from "../../base/tensor.ts";
import type { Callback, FitRun } from "./callback.ts";
import type { Logs } from "../../model/history.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without a gain after which the training ends; 0 by default. */
  patience?: number;
  /** A gain counts only where the number is better than this. */
  baseline?: number;
  /** Whether the model ends with the weights of its best epoch, also when it was not stopped. */
  restoreBestWeights?: boolean;
  /** Epochs before this one, counted from 0, are not looked at. */
  startFromEpoch?: number;
}

/**
 * Ends the training when a watched number has stopped getting better.
 *
 * Source: https://keras.io/api/callbacks/early_stopping/, as of Keras 3
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  return new EarlyStopping(options);
}

class EarlyStopping implements Callback {
  readonly #options: EarlyStoppingOptions;
  readonly #monitor: Monitor;
  #best: number | null = null;
  #wait = 0;
  #weights: ReadonlyMap<string, Tensor> | undefined;

  constructor(options: EarlyStoppingOptions) {
    this.#options = options;
    this.#monitor = new Monitor(options);
  }

  onTrainBegin(run: FitRun): void {
    this.#monitor.check(run, "earlyStopping");
    this.#best = null;
    this.#wait = 0;
    this.#weights = undefined;
  }

  async onEpochEnd(epoch: number, logs: Logs, run: FitRun): Promise<void> {
    const { patience = 0, baseline = null, startFromEpoch = 0 } = this.#options;
    const value = this.#monitor.read(logs);
    if (epoch < startFromEpoch) return;
    this.#wait++;
    const better = this.#monitor.improves(value, this.#best, run);
    if (this.#options.restoreBestWeights && (better || this.#weights === undefined))
      this.#weights = await run.trainer.readWeights();
    if (better) {
      this.#best = value;
      if (this.#monitor.improves(value, baseline, run)) this.#wait = 0;
    } else if (this.#wait >= patience && epoch > 0) run.stopTraining = true;
  }

  async onTrainEnd(run: FitRun): Promise<void> {
    if (this.#weights) await run.trainer.writeWeights(this.#weights);
  }

  state(): unknown {
    return { best: this.#best, wait: this.#wait };
  }

  restore(state: unknown): void {
    const { best, wait } = state as { best: number | null; wait: number };
    [this.#best, this.#wait] = [best, wait];
  }

  weights(): ReadonlyMap<string, Tensor> | undefined {
    return this.#weights;
  }

  restoreWeights(weights: ReadonlyMap<string, Tensor>): void {
    this.#weights = weights;
  }
}
