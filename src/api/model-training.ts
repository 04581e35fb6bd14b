import { type AbortSignalLike, throwIfAborted } from "../base/abort.ts";
import { StriateError } from "../base/errors.ts";
import { type OptionNames, knownOptions } from "../base/known-options.ts";
import type { OpenedModel } from "../formats/format.ts";
import type { History } from "../model/history.ts";
import type { RunningNetwork } from "../model/running.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import type { Callback } from "../train/callbacks/callback.ts";
import type { CompileOptions } from "../train/compile/compile.ts";
import type { FitDataOptions } from "../train/data/fit-data.ts";
import type { TensorData, TrainingData } from "../train/data/training-data.ts";
import type { FitOptions } from "../train/fit.ts";
import type { TrainChoice } from "../train/source/trainable-of.ts";
import type { Trainer } from "../train/trainer.ts";

const compileNames: OptionNames<ModelCompileOptions> = {
  ...{ optimizer: true, loss: true, lossWeights: true, metrics: true, weightedMetrics: true },
  ...{ seed: true, train: true, size: true },
};

/** What a model needs of its platform. */
export interface ModelHost extends SessionOptions {
  /** Writes a model file; its ending says of which kind. */
  save?(path: string, model: OpenedModel): Promise<void>;
  /** Shows how `fit` gets on. */
  progress?(): Callback;
  /** Says something that the user should know. */
  notify?(text: string): void;
}

/** Options of `model.fit`. */
export interface ModelFitOptions extends Omit<FitOptions, "validationData">, FitDataOptions {
  /** Whether to show the progress; true by default. */
  verbose?: boolean;
  /**
   * Asks to stop: the training ends between two batches, what was trained stays in the model, and the promise
   * rejects with the signal's reason.
   */
  signal?: AbortSignalLike;
}

/** What `model.compile` is told. */
export type ModelCompileOptions = CompileOptions & TrainChoice & { seed?: number };

/** What trains is loaded when training starts. */
export const trainingPart = () => import("./training.ts");

/**
 * The training of a model: none till somebody compiles, and one at a time. What it has trained comes into the
 * network that is looked at when somebody looks.
 */
export class ModelTraining {
  readonly #opened: OpenedModel;
  readonly #running: RunningNetwork;
  readonly #runtime: Runtime;
  readonly #host: ModelHost;
  #trainer: Trainer | undefined;
  /** The trainer's version that the network has. */
  #settled = 0;
  /** Till the training that was asked for last is there: the one before has left its weights in the layers. */
  #compiled: Promise<void> = Promise.resolve();

  constructor(opened: OpenedModel, running: RunningNetwork, runtime: Runtime, host: ModelHost) {
    this.#opened = opened;
    this.#running = running;
    this.#runtime = runtime;
    this.#host = host;
  }

  /** As `model.compile`. */
  compile(options?: ModelCompileOptions): Promise<void> {
    const compiled = this.#compiled
      .catch(() => undefined)
      .then(() => {
        if (options) knownOptions("compile", options, compileNames);
        return this.#compile(options);
      });
    this.#compiled = compiled;
    // Whoever trains next hears of what is wrong.
    compiled.catch(() => undefined);
    return compiled;
  }

  async #compile(options?: ModelCompileOptions): Promise<void> {
    const { compileOptionsOf, trainerOf } = await trainingPart();
    const chosen = options ?? compileOptionsOf(this.#opened);
    if (chosen === undefined)
      throw new StriateError(
        `${this.#opened.network.name}: not compiled; call compile({ optimizer, loss }) first`,
      );
    const { device, threads, optimize } = this.#host;
    const { seed, train, size } = options ?? {};
    const settings = { device, threads, optimize, seed, train, size };
    const trainer = trainerOf(this.#opened, chosen, this.#runtime, settings);
    await this.#bringIn();
    await this.#trainer?.close();
    this.#trainer = trainer;
    this.#settled = 0;
    for (const notice of trainer.compiled.notices) this.#host.notify?.(notice);
  }

  /** The trainer; compiled as the file says where nobody did. */
  async trainer(): Promise<Trainer> {
    await this.#compiled;
    if (this.#trainer) return this.#trainer;
    await this.compile();
    const { optimizer } = this.#opened;
    if (optimizer) await this.#trainer!.restoreOptimizer(optimizer);
    return this.#trainer!;
  }

  /** As `model.fit`. */
  async fit(data: TrainingData | TensorData, options: ModelFitOptions): Promise<History> {
    const { fit, fitData } = await trainingPart();
    const { verbose = true, callbacks = [], signal } = options;
    throwIfAborted(signal);
    const trainer = await this.trainer();
    const shown = verbose ? this.#host.progress?.() : undefined;
    const given = fitData(data, options);
    const { network } = this.#opened;
    network.labels ??= given.data.classNames?.slice();
    this.#note(trainer);
    try {
      const history = await fit(trainer, given.data, {
        ...options,
        validationData: given.validationData,
        callbacks: [...callbacks, ...(shown ? [shown] : [])],
        shouldStop: () => (options.shouldStop?.() ?? false) || (signal?.aborted ?? false),
      });
      throwIfAborted(signal);
      network.history = history.after(network.history).toJSON();
      return history;
    } finally {
      await this.settle();
    }
  }

  /** All that a file of the model holds; undefined where nothing was trained. */
  async contents(options: { includeOptimizer?: boolean }): Promise<OpenedModel | undefined> {
    await this.#compiled.catch(() => undefined);
    if (this.#trainer === undefined) return undefined;
    this.#note(this.#trainer);
    return (await trainingPart()).trainedModel(this.#trainer, options);
  }

  /** What stands in a file of the trained model besides its weights. */
  #note(trainer: Trainer): void {
    const { labels, preprocessing, history } = this.#opened.network;
    Object.assign(trainer.notes, { labels, preprocessing, history });
  }

  /** Brings what was trained into the network. */
  async settle(): Promise<void> {
    await this.#compiled.catch(() => undefined);
    await this.#bringIn();
  }

  async #bringIn(): Promise<void> {
    const trainer = this.#trainer;
    if (trainer === undefined || trainer.version === this.#settled) return;
    this.#settled = trainer.version;
    await trainer.sync();
    await this.#running.release();
  }

  async close(): Promise<void> {
    await this.#compiled.catch(() => undefined);
    await this.#trainer?.close();
  }
}
