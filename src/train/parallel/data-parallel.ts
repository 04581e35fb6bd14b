import { StriateError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, bytesOf, bytesPerElement, float32, toFloat32 } from "../../base/tensor.ts";
import type { Round } from "../rows/exchange.ts";
import { separatePads } from "../../graph/passes/engine/separate-pads.ts";
import { writeOnnx } from "../../graph/protobuf/write.ts";
import type { WorkerThread } from "../../runtime/runtime.ts";
import { Barrier } from "./barrier.ts";
import type { JobProgram, TrainJob } from "./job.ts";
import { WorkerTeam } from "./team.ts";
import { planUpdates } from "./update.ts";
import type { StepBatch, StepExecutor, StepGraph, StepResult } from "../step/executor.ts";
import { type FlatPart, layFlat } from "../step/flat-weights.ts";
import { rowInputs } from "../step/optimize-step.ts";
import type { TrainingPlan } from "../compile/plan.ts";

export interface DataParallelOptions {
  workers: number;
  startWorker(): WorkerThread;
  graphs: WorkerGraphs;
}

/** The graphs that the workers run, for batches of any size. */
export interface WorkerGraphs {
  /** Inputs and outputs of the step, and their shapes. */
  step: StepGraph;
  /** Batches of the same name run the same graphs. */
  nameOf(rows: number): string;
  /** The graphs for a batch, by worker; workers beyond these have nothing to do. */
  build(rows: number): Promise<WorkerPart[]>;
}

/** What one worker runs. */
export interface WorkerPart {
  /** Rows that it is built for. */
  size: number;
  rounds: Round[];
}

/**
 * Runs the steps of a training on several threads: each takes a part of the batch, and all wait for
 * each other once, when the gradients are added up; then each updates its share of the weights. Where
 * rows depend on each other, they also meet at what couples them.
 */
export async function dataParallelExecutor(
  plan: TrainingPlan,
  options: DataParallelOptions,
): Promise<StepExecutor> {
  const executor = new DataParallelExecutor(plan, options);
  await executor.start();
  return executor;
}

class DataParallelExecutor implements StepExecutor {
  readonly #plan: TrainingPlan;
  readonly #step: StepGraph;
  readonly #graphs: WorkerGraphs;
  readonly #team: WorkerTeam;
  readonly #jobs: TrainJob[];
  readonly #parts: readonly FlatPart[];
  readonly #weights: Float32Array<SharedArrayBuffer>;
  readonly #fixed = new Map<string, Float32Array<SharedArrayBuffer>>();
  readonly #losses: Float32Array<SharedArrayBuffer>;
  readonly #inputs = new Map<string, Uint8Array>();
  readonly #predictions: { shared: Float32Array; rowShape: readonly number[] }[] = [];
  /** Number of workers that take part, by program; in the order in which the workers forget them. */
  readonly #prepared = new Map<string, number>();
  #iterations = 0;
  static readonly #kept = 3;

  constructor(plan: TrainingPlan, { workers, startWorker, graphs }: DataParallelOptions) {
    const { step } = graphs;
    this.#plan = plan;
    this.#step = step;
    this.#graphs = graphs;
    const trained = [...plan.weights].filter(([address]) => step.outputs.gradients.has(address));
    const { parts, length } = layFlat(trained.map(([a, { graphShape }]) => [a, graphShape]));
    this.#parts = parts;
    this.#weights = sharedFloats(length);
    this.#losses = sharedFloats(workers);
    const updates = planUpdates(plan, parts, workers);
    // bounded: a few bytes
    const barrier = new SharedArrayBuffer(Barrier.bytes);
    const shared = {
      workers,
      inputs: this.#makeInputs(),
      weights: this.#weights.buffer,
      trained: parts.map(({ address, shape, start, size }) => ({
        input: step.inputs.weights.get(address)!,
        gradient: step.outputs.gradients.get(address)!,
        shape,
        start,
        size,
      })),
      fixed: this.#makeFixed(),
      gradients: Array.from({ length: workers }, () => sharedFloats(length).buffer),
      loss: { output: step.outputs.loss, mail: this.#losses.buffer },
      predictions: this.#makePredictions(),
      barrier,
    };
    this.#jobs = updates.map((update, worker) => ({ ...shared, worker, update }));
    this.#team = new WorkerTeam(Array.from({ length: workers }, startWorker), () =>
      new Barrier(barrier, workers).break(),
    );
  }

  /** Starts the workers, and prepares them for a full batch. */
  async start(): Promise<void> {
    await this.#team.ask((worker) => ({ kind: "start", job: this.#jobs[worker]! }));
    await this.#prepare(this.#plan.rows);
  }

  /** Gives the workers the graphs for a batch, unless they have them. @returns how many take part */
  async #prepare(rows: number): Promise<number> {
    const id = this.#graphs.nameOf(rows);
    const known = this.#prepared.get(id);
    this.#prepared.delete(id);
    if (known !== undefined) {
      this.#prepared.set(id, known);
      return known;
    }
    const parts = await this.#graphs.build(rows);
    const programs = programsOf(parts);
    const meetings = parts[0]!.rounds.filter(({ exchanges }) => exchanges.length > 0).length;
    await this.#team.ask((worker) => ({
      kind: "prepare",
      id,
      program: programs[worker],
      meetings,
    }));
    this.#prepared.set(id, parts.length);
    if (this.#prepared.size > DataParallelExecutor.#kept)
      this.#prepared.delete(this.#prepared.keys().next().value!);
    return parts.length;
  }

  async step(batch: StepBatch, learningRate: number): Promise<StepResult> {
    const rows = batch.rowWeight.length;
    if (rows > this.#plan.rows)
      throw new StriateError(`expected at most ${this.#plan.rows} rows in a batch, got ${rows}`);
    const workers = await this.#prepare(rows);
    this.#post(batch);
    const scalars = this.#plan.optimizer.scalars(learningRate, this.#iterations);
    const id = this.#graphs.nameOf(rows);
    await this.#team.ask(() => ({ kind: "step", id, rows, workers, scalars }));
    this.#iterations++;
    const loss = this.#losses.reduce((sum, value) => sum + value, 0);
    const predictions = this.#predictions.map(({ shared, rowShape }) => {
      const own = [rows, ...rowShape];
      return float32(own, shared.slice(0, sizeOf(own)));
    });
    return { loss, predictions };
  }

  /** Puts a batch where the workers find it. */
  #post({ x, y, rowWeight, random }: StepBatch): void {
    const { inputs } = this.#step;
    inputs.x.forEach((name, i) => this.#send(name, x[i]!));
    inputs.y.forEach((name, i) => this.#send(name, y[i]!));
    this.#send(inputs.rowWeight, float32([rowWeight.length], rowWeight));
    for (const { value } of inputs.random) this.#send(value, random[value]!);
  }

  #send(name: string, value: Tensor): void {
    this.#inputs.get(name)!.set(bytesOf(value));
  }

  readWeights(): Promise<Map<string, Tensor>> {
    const weights = new Map<string, Tensor>();
    for (const { address, shape, start, size } of this.#parts)
      weights.set(address, float32(shape, this.#weights.slice(start, start + size)));
    for (const [address, shared] of this.#fixed)
      weights.set(address, float32(this.#plan.weights.get(address)!.graphShape, shared.slice()));
    return Promise.resolve(weights);
  }

  writeWeights(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    const at = new Map(this.#parts.map((part) => [part.address, part.start]));
    for (const [address, weight] of weights) {
      const { data } = toFloat32(weight);
      const start = at.get(address);
      if (start !== undefined) this.#weights.set(data, start);
      else this.#fixed.get(address)?.set(data);
    }
    return Promise.resolve();
  }

  async readState(): ReturnType<StepExecutor["readState"]> {
    const mail = this.#slotMail();
    await this.#team.ask(() => ({ kind: "save", slots: buffersOf(mail) }));
    const slots = new Map(
      Object.entries(mail).map(([name, shared]) => [
        name,
        new Map(
          this.#parts.map(({ address, shape, start, size }) => [
            address,
            float32(shape, shared.slice(start, start + size)),
          ]),
        ),
      ]),
    );
    return { iterations: this.#iterations, slots };
  }

  async writeState(state: Parameters<StepExecutor["writeState"]>[0]): Promise<void> {
    this.#iterations = state.iterations;
    if (state.slots.size === 0) return;
    const mail = this.#slotMail();
    const unknown = [...state.slots.keys()].find((name) => !(name in mail));
    if (unknown !== undefined)
      throw new StriateError(
        `${this.#plan.optimizer.className} keeps no "${unknown}"; the state is that of another optimizer`,
      );
    // What the given state leaves out stays as it is.
    await this.#team.ask(() => ({ kind: "save", slots: buffersOf(mail) }));
    for (const [name, tensors] of state.slots)
      for (const { address, start } of this.#parts) {
        const slot = tensors.get(address);
        if (slot) mail[name]!.set(toFloat32(slot).data, start);
      }
    await this.#team.ask(() => ({ kind: "load", slots: buffersOf(mail) }));
  }

  close(): Promise<void> {
    return this.#team.close();
  }

  #slotMail(): Record<string, Float32Array<SharedArrayBuffer>> {
    return Object.fromEntries(
      this.#plan.optimizer.slots.map(({ name }) => [name, sharedFloats(this.#weights.length)]),
    );
  }

  #makeInputs(): TrainJob["inputs"] {
    const { graph } = this.#step;
    const { inputs } = this.#step;
    const rowwise = new Set(rowInputs(this.#step));
    const names = [
      ...inputs.x,
      ...inputs.y,
      inputs.rowWeight,
      ...inputs.random.map(({ value }) => value),
    ];
    return names.map((name) => {
      const { type, shape } = graph.inputs.find((input) => input.name === name)!;
      const byRow = rowwise.has(name);
      const own = (shape as readonly number[]).slice(byRow ? 1 : 0);
      const bytes = sizeOf(own) * bytesPerElement(type) * (byRow ? this.#plan.rows : 1);
      const mail = new SharedArrayBuffer(bytes);
      this.#inputs.set(name, new Uint8Array(mail));
      return { name, type, shape: own, byRow, mail };
    });
  }

  #makeFixed(): TrainJob["fixed"] {
    const fixed = [...this.#step.inputs.weights].filter(
      ([address]) => !this.#step.outputs.gradients.has(address),
    );
    return fixed.map(([address, input]) => {
      const shape = this.#plan.weights.get(address)!.graphShape;
      const shared = sharedFloats(sizeOf(shape));
      this.#fixed.set(address, shared);
      return { input, update: this.#step.outputs.updates.get(address), shape, mail: shared.buffer };
    });
  }

  #makePredictions(): TrainJob["predictions"] {
    const { graph, outputs } = this.#step;
    return outputs.predictions.map((output) => {
      const { shape } = graph.outputs.find(({ name }) => name === output)!;
      const rowShape = (shape as readonly number[]).slice(1);
      const shared = sharedFloats(sizeOf(rowShape) * this.#plan.rows);
      this.#predictions.push({ shared, rowShape });
      return { output, rowShape, mail: shared.buffer };
    });
  }
}

/** Programs as the workers get them, with mailboxes for what they tell each other. */
function programsOf(parts: readonly WorkerPart[]): JobProgram[] {
  const mail = parts[0]!.rounds.map(({ exchanges }) =>
    exchanges.map(({ shape }) => parts.map(() => sharedFloats(sizeOf(shape)).buffer)),
  );
  return parts.map(({ size, rounds }) => ({
    size,
    rounds: rounds.map(({ graph, exchanges }, round) => ({
      graph: writeOnnx(separatePads(graph)),
      results: graph.outputs.flatMap(({ name, type, shape }) =>
        shape?.every((length) => typeof length === "number")
          ? [{ name, type, shape: shape as readonly number[] }]
          : [],
      ),
      exchanges: exchanges.map((exchange, i) => ({ ...exchange, mail: mail[round]![i]! })),
    })),
  }));
}

const sharedFloats = (length: number): Float32Array<SharedArrayBuffer> =>
  // bounded: as large as the weights, or as a batch of the data
  new Float32Array(new SharedArrayBuffer(length * 4));

const buffersOf = (
  mail: Readonly<Record<string, Float32Array<SharedArrayBuffer>>>,
): Record<string, SharedArrayBuffer> =>
  Object.fromEntries(Object.entries(mail).map(([name, { buffer }]) => [name, buffer]));
