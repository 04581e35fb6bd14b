import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { RandomInput } from "../layers/define-layer.ts";
import { penaltyOf } from "../training/regularizers.ts";
import type { Network } from "../model/network.ts";
import type { OptimizerState } from "../model/optimizer-state.ts";
import { weightToGraph, weightToUser } from "../model/network.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import { stepRandomInputs } from "./step/activity-penalty.ts";
import { type CompileOptions, compile } from "./compile/compile.ts";
import type { Compiled } from "./compile/compiled.ts";
import type { StepExecutor, StepResult } from "./step/executor.ts";
import { networkWeights } from "./model-weights.ts";
import { FrozenFront, type FrontOptions } from "./source/frozen-front.ts";
import type { Trainable } from "./source/trainable.ts";
import {
  type CreateExecutor,
  type PlannedWeight,
  type TrainingPlan,
  planTraining,
} from "./compile/plan.ts";
import { plainExecutor } from "./step/plain-executor.ts";
import {
  type ClassWeight,
  type PreparedBatch,
  prepareBatch,
  rowWeights,
} from "./data/prepare-batch.ts";
import { drawRandomInputs } from "./step/random-inputs.ts";
import type { Logs } from "../model/history.ts";
import { Totals } from "./totals.ts";
import type { TrainingBatch } from "./data/training-data.ts";

export interface TrainerOptions extends SessionOptions {
  runtime: Runtime;
  /** How steps are run; the plain executor by default. */
  createExecutor?: CreateExecutor;
  /** Of dropout masks and noise. */
  seed?: number;
  /** How what frozen layers make of each row is kept. */
  features?: FrontOptions;
}

/** Everything about a training that changes from step to step. */
export interface TrainerState {
  iterations: number;
  /** In the graph's layout, by address. */
  weights: Map<string, Tensor>;
  slots: Map<string, Map<string, Tensor>>;
  /** Where a callback set it; null where the optimizer's own counts. */
  learningRate: number | null;
}

/** Something to train, compiled, with the executor that trains it. */
export class Trainer {
  /** Where the weights come from and go to. */
  readonly source: Trainable;
  /** What is trained, as it predicts; behind frozen layers, what they make is its input. */
  readonly network: Network;
  readonly compiled: Compiled;
  readonly seed: number;
  /** What a file of the model should say of it besides: class names, and how photos are prepared. */
  readonly notes: Pick<Network, "labels" | "preprocessing" | "history"> = {};
  readonly runtime: Runtime;
  readonly sessionOptions: SessionOptions;
  readonly #createExecutor: CreateExecutor;
  readonly #front: FrozenFront | undefined;
  readonly #weights: ReadonlyMap<string, PlannedWeight>;
  readonly #penalised: readonly string[];
  #executor: StepExecutor | undefined;
  #rows = 0;
  #learningRate: number | null = null;
  #iterations = 0;
  /** Slots while there is no executor. */
  #slots: Map<string, Map<string, Tensor>> = new Map();
  #version = 0;
  #synced = 0;
  #randomInputs: readonly RandomInput[] | undefined;

  /** @throws StriateError where the network, the loss and the metrics do not go together */
  constructor(source: Trainable, compileOptions: CompileOptions, options: TrainerOptions) {
    const { runtime, createExecutor, seed = 0, features, ...session } = options;
    this.source = source;
    this.network = source.network;
    this.#front =
      source.front && new FrozenFront(source.front, runtime, { ...session, ...features });
    this.compiled = compile(this.network, compileOptions);
    this.seed = seed;
    this.runtime = runtime;
    this.sessionOptions = session;
    this.#createExecutor = createExecutor ?? plainExecutor(runtime, session);
    this.#weights = this.#plan(1).weights;
    this.#penalised = [...this.#weights]
      .filter(([, { penalty }]) => penalty.l1 !== 0 || penalty.l2 !== 0)
      .map(([address]) => address);
  }

  /** Number of steps made. */
  get iterations(): number {
    return this.#iterations;
  }

  get learningRate(): number {
    return this.#learningRate ?? this.compiled.optimizer.learningRateAt(this.#iterations);
  }

  /** @throws StriateError when the optimizer follows a schedule */
  set learningRate(rate: number) {
    if (this.compiled.optimizer.scheduled)
      throw new StriateError(
        "the learning rate follows a schedule; give the optimizer a number to set it by hand",
      );
    this.#learningRate = rate;
  }

  /** Number of parameters that are trained. */
  get parameters(): number {
    const trained = [...this.#weights.values()].filter(({ trainable }) => trainable);
    return trained.reduce((sum, { size }) => sum + size, 0);
  }

  /** Makes room for batches of `rows` rows; smaller ones are filled up. */
  async prepare(rows: number): Promise<StepExecutor> {
    if (this.#executor && rows <= this.#rows) return this.#executor;
    const state = await this.readState();
    await this.#executor?.close();
    this.#executor = await this.#createExecutor(this.#plan(rows));
    this.#rows = rows;
    await this.#executor.writeWeights(state.weights);
    await this.#executor.writeState(state);
    return this.#executor;
  }

  #plan(rows: number): TrainingPlan {
    const { optimizer, losses } = this.compiled;
    return planTraining(this.source.training, optimizer, losses, rows);
  }

  /** Checks a batch and puts it in the graph's layout; frozen layers have seen it then. */
  async prepareBatch(batch: TrainingBatch, classWeight?: ClassWeight): Promise<PreparedBatch> {
    const { inputs } = this.source.front ?? this.network;
    const ports = { inputs, outputs: this.network.outputs };
    const prepared = prepareBatch(ports, this.compiled.losses, batch, classWeight);
    return this.#front
      ? { ...prepared, x: await this.#front.features(prepared.x, batch) }
      : prepared;
  }

  /**
   * Makes one step.
   * @returns the loss before the step, with regularisation, and the predictions of the training pass
   */
  async step(batch: PreparedBatch): Promise<StepResult> {
    const executor = await this.prepare(batch.rows);
    const penalty = await this.penalty();
    const result = await executor.step(
      {
        x: batch.x,
        y: batch.y,
        rowWeight: rowWeights(batch.rows, batch.weights, this.reduction),
        random: drawRandomInputs(this.#random(), batch.rows, this.seed, this.#iterations),
      },
      this.learningRate,
    );
    this.#iterations++;
    this.#version++;
    return { ...result, loss: result.loss + penalty };
  }

  /** Makes one step and reports it, as `model.trainOnBatch` does. */
  async trainOnBatch(batch: TrainingBatch, classWeight?: ClassWeight): Promise<Logs> {
    const prepared = await this.prepareBatch(batch, classWeight);
    const totals = new Totals(this.network, this.compiled);
    totals.add(prepared, await this.step(prepared));
    return totals.logs();
  }

  get reduction() {
    return this.compiled.losses[0]!.reduction;
  }

  /** What regularisation adds to the loss now. */
  async penalty(): Promise<number> {
    if (this.#penalised.length === 0) return 0;
    const weights = await this.readWeights();
    return this.#penalised.reduce(
      (sum, address) =>
        sum +
        penaltyOf(this.#weights.get(address)!.penalty, weights.get(address)!.data as Float32Array),
      0,
    );
  }

  /** The weights now, in the graph's layout. */
  async readWeights(): Promise<Map<string, Tensor>> {
    return this.#executor
      ? this.#executor.readWeights()
      : networkWeights(this.network, this.#weights.keys());
  }

  async writeWeights(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    if (this.#executor) await this.#executor.writeWeights(weights);
    else this.source.settle(weights);
    this.#version++;
  }

  async readState(): Promise<TrainerState> {
    const state = await this.#executor?.readState();
    return {
      iterations: this.#iterations,
      weights: await this.readWeights(),
      slots: state?.slots ?? this.#slots,
      learningRate: this.#learningRate,
    };
  }

  async writeState(state: TrainerState): Promise<void> {
    this.#iterations = state.iterations;
    this.#slots = state.slots;
    this.#learningRate = state.learningRate;
    await this.#executor?.writeState(state);
    await this.writeWeights(state.weights);
  }

  /** Grows whenever the weights change. */
  get version(): number {
    return this.#version;
  }

  /** Puts the trained weights where they came from. */
  async sync(): Promise<void> {
    if (this.#executor && this.#synced !== this.#version)
      this.source.settle(await this.#executor.readWeights());
    this.#synced = this.#version;
  }

  /** The optimizer as a Keras file keeps it, in the file's layout. */
  async optimizerState(): Promise<OptimizerState> {
    const { slots, iterations } = await this.readState();
    const { serialized, scheduled } = this.compiled.optimizer;
    return {
      className: this.compiled.optimizer.className,
      config: { ...serialized.config, ...(scheduled ? {} : { learning_rate: this.learningRate }) },
      iterations,
      slots: this.#convertSlots(slots, weightToUser),
    };
  }

  /** Goes on with an optimizer's state from a file. */
  async restoreOptimizer(state: OptimizerState): Promise<void> {
    if (state.className !== this.compiled.optimizer.className)
      throw new StriateError(
        `the file holds the state of ${state.className}, the model was compiled with ` +
          `${this.compiled.optimizer.className}; compile with the same optimizer to go on`,
      );
    const slots = this.#convertSlots(state.slots, weightToGraph);
    await this.writeState({ ...(await this.readState()), iterations: state.iterations, slots });
  }

  /** Frees the engine's memory; weights and state are kept. */
  async close(): Promise<void> {
    const { slots, weights } = await this.readState();
    this.source.settle(weights);
    await this.#executor?.close();
    await this.#front?.close();
    this.#executor = undefined;
    this.#slots = slots;
    this.#rows = 0;
  }

  #random(): readonly RandomInput[] {
    this.#randomInputs ??= stepRandomInputs(this.source.training.network);
    return this.#randomInputs;
  }

  #convertSlots(
    slots: ReadonlyMap<string, ReadonlyMap<string, Tensor>>,
    convert: (value: Tensor, weight: PlannedWeight) => Tensor,
  ): Map<string, Map<string, Tensor>> {
    return new Map(
      [...slots].map(([slot, tensors]) => [
        slot,
        new Map(
          [...tensors].map(([address, value]) => {
            const weight = this.#weights.get(address);
            if (weight === undefined)
              throw new StriateError(
                `the optimizer's state holds a weight "${address}" that the model has not`,
              );
            return [address, convert(value, weight)];
          }),
        ),
      ]),
    );
  }
}
