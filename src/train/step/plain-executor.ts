import { emptyRecord } from "../../base/empty-record.ts";
import { StriateError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32, zeros } from "../../base/tensor.ts";
import type { Runtime, Session, SessionOptions } from "../../runtime/runtime.ts";
import type { StepBatch, StepExecutor, StepGraph, StepResult } from "./executor.ts";
import { padBatch } from "../data/pad-batch.ts";
import type { CreateExecutor, TrainingPlan } from "../compile/plan.ts";
import { buildUpdateGraph, updateNames as names } from "./update-graph.ts";

/**
 * Runs training steps on any engine: one session for loss and gradients, one for the update. All large
 * outputs are written into buffers that are kept from step to step.
 */
export function plainExecutor(runtime: Runtime, options: SessionOptions = {}): CreateExecutor {
  return async (plan) => {
    const trained = [...plan.weights].filter(([, weight]) => weight.trainable);
    const items = trained.map(([name, { graphShape: shape, penalty, constraint }]) => ({
      name,
      shape,
      penalty,
      constraint,
    }));
    const update = await runtime.open(buildUpdateGraph(plan.optimizer, items), options);
    return new PlainExecutor(plan, runtime, options, update);
  };
}

/** A step graph with its session and the buffers of its outputs. */
interface OpenStep {
  step: StepGraph;
  session: Session;
  into: Record<string, Tensor>;
}

class PlainExecutor implements StepExecutor {
  readonly #plan: TrainingPlan;
  readonly #runtime: Runtime;
  readonly #options: SessionOptions;
  readonly #update: Session;
  readonly #trained: readonly string[];
  readonly #weights = new Map<string, Tensor>();
  readonly #slots = new Map<string, Map<string, Tensor>>();
  /** Where the update writes; it trades places with the weights and slots after each step. */
  #spare = emptyRecord<Tensor>();
  #iterations = 0;
  /** By number of rows, the one used last at the end. */
  readonly #steps = new Map<number, OpenStep>();
  static readonly #kept = 3;

  constructor(plan: TrainingPlan, runtime: Runtime, options: SessionOptions, update: Session) {
    this.#plan = plan;
    this.#runtime = runtime;
    this.#options = options;
    this.#update = update;
    this.#trained = [...plan.weights]
      .filter(([, { trainable }]) => trainable)
      .map(([name]) => name);
    for (const { name, initial } of plan.optimizer.slots) {
      const slots = new Map<string, Tensor>();
      for (const address of this.#trained) {
        const slot = this.#zeros(address);
        slot.data.fill(initial);
        slots.set(address, slot);
      }
      this.#slots.set(name, slots);
    }
    for (const address of this.#trained) {
      this.#spare[names.newWeight(address)] = this.#zeros(address);
      for (const { name } of plan.optimizer.slots)
        this.#spare[names.newSlot(address, name)] = this.#zeros(address);
    }
  }

  async step(batch: StepBatch, learningRate: number): Promise<StepResult> {
    const given = batch.rowWeight.length;
    const open = await this.#open(given);
    const { step, session, into } = open;
    const { x, y, rowWeight, random } = padBatch(batch, step.rows, step.inputs.random);
    const feeds = Object.assign(emptyRecord<Tensor>(), random);
    feeds[step.inputs.rowWeight] = float32([step.rows], rowWeight);
    step.inputs.x.forEach((name, i) => (feeds[name] = x[i]!));
    step.inputs.y.forEach((name, i) => (feeds[name] = y[i]!));
    for (const [address, name] of step.inputs.weights) feeds[name] = this.#weight(address);
    const results = await session.run(feeds, into);
    const loss = Number(results[step.outputs.loss]!.data[0]);
    await this.#apply(step, results, learningRate);
    const predictions = step.outputs.predictions.map((name) => firstRows(results[name]!, given));
    return { loss, predictions };
  }

  /** Updates the weights, and gives the moving averages their new values. */
  async #apply(
    step: StepGraph,
    results: Readonly<Record<string, Tensor>>,
    learningRate: number,
  ): Promise<void> {
    const feeds = emptyRecord<Tensor>();
    const scalars = this.#plan.optimizer.scalars(learningRate, this.#iterations);
    for (const [name, value] of Object.entries(scalars))
      feeds[names.scalar(name)] = float32([], [value]);
    for (const address of this.#trained) {
      feeds[names.weight(address)] = this.#weight(address);
      feeds[names.gradient(address)] = results[step.outputs.gradients.get(address)!]!;
      for (const [slot, tensors] of this.#slots)
        feeds[names.slot(address, slot)] = tensors.get(address)!;
    }
    const updated = this.#trained.length === 0 ? {} : await this.#update.run(feeds, this.#spare);
    for (const address of this.#trained) {
      const trade = (name: string, tensors: Map<string, Tensor>): void => {
        this.#spare[name] = tensors.get(address)!;
        tensors.set(address, updated[name]!);
      };
      trade(names.newWeight(address), this.#weights);
      for (const [slot, tensors] of this.#slots) trade(names.newSlot(address, slot), tensors);
    }
    for (const [address, name] of step.outputs.updates) {
      const value = results[name]!;
      this.#weights.set(address, { ...value, data: (value.data as Float32Array).slice() });
    }
    this.#iterations++;
  }

  /** The step graph for a batch; a smaller batch is filled up where rows do not depend on each other. */
  async #open(rows: number): Promise<OpenStep> {
    const wanted = Math.max(rows, this.#plan.rows);
    const full = this.#steps.get(wanted);
    const coupled = full?.step.couplesBatch ?? true;
    const size = rows === wanted || !coupled ? wanted : rows;
    const known = this.#steps.get(size);
    if (known) {
      this.#steps.delete(size);
      this.#steps.set(size, known);
      return known;
    }
    const step = this.#plan.stepGraph(size);
    if (!step.couplesBatch && size < wanted) return this.#open(wanted);
    const session = await this.#runtime.open(step.graph, this.#options);
    const into = emptyRecord<Tensor>();
    for (const output of step.graph.outputs)
      into[output.name] = zeros("float32", output.shape as number[]);
    const open = { step, session, into };
    this.#steps.set(size, open);
    if (this.#steps.size > PlainExecutor.#kept) {
      const [oldest, stale] = this.#steps.entries().next().value!;
      this.#steps.delete(oldest);
      await stale.session.release();
    }
    return open;
  }

  readWeights(): Promise<Map<string, Tensor>> {
    return Promise.resolve(copies(this.#weights));
  }

  writeWeights(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    for (const [address, weight] of copies(weights)) this.#weights.set(address, weight);
    return Promise.resolve();
  }

  readState(): ReturnType<StepExecutor["readState"]> {
    const slots = new Map([...this.#slots].map(([name, tensors]) => [name, copies(tensors)]));
    return Promise.resolve({ iterations: this.#iterations, slots });
  }

  writeState(state: Parameters<StepExecutor["writeState"]>[0]): Promise<void> {
    this.#iterations = state.iterations;
    for (const [name, tensors] of state.slots) {
      const slots = this.#slots.get(name);
      if (slots === undefined)
        throw new StriateError(
          `${this.#plan.optimizer.className} keeps no "${name}"; the state is that of another optimizer`,
        );
      for (const [address, slot] of copies(tensors)) slots.set(address, slot);
    }
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const sessions = [this.#update, ...[...this.#steps.values()].map(({ session }) => session)];
    this.#steps.clear();
    for (const session of sessions) await session.release();
  }

  #weight(address: string): Tensor {
    const weight = this.#weights.get(address);
    if (weight === undefined) throw new StriateError(`weight "${address}" was not written`);
    return weight;
  }

  #zeros(address: string): Tensor<"float32"> {
    return zeros("float32", this.#plan.weights.get(address)!.graphShape);
  }
}

/** Copies: the executor's own buffers change with each step. */
function copies(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...tensors].map(([name, value]) => {
      const numbers = toFloat32(value);
      return [name, { ...numbers, data: numbers.data.slice() }];
    }),
  );
}

/** The rows that were given, without those that filled the batch up. */
function firstRows(value: Tensor, rows: number): Tensor {
  const shape = [rows, ...value.shape.slice(1)];
  return float32(shape, (value.data as Float32Array).slice(0, sizeOf(shape)));
}
