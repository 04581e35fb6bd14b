import { StriateError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { type Tensor, bytesOf, bytesPerElement, float32, toFloat32 } from "../base/tensor.ts";
import { writeOnnx } from "../graph/protobuf/write.ts";
import type { WorkerThread } from "../runtime/runtime.ts";
import { Barrier } from "./data-parallel-barrier.ts";
import type { TrainJob } from "./data-parallel-job.ts";
import { WorkerTeam } from "./data-parallel-team.ts";
import { planUpdates } from "./data-parallel-update.ts";
import type { StepBatch, StepExecutor, StepGraph, StepResult } from "./executor.ts";
import { type FlatPart, layFlat } from "./flat-weights.ts";
import { rowInputs } from "./optimize-step.ts";
import type { TrainingPlan } from "./plan.ts";

export interface DataParallelOptions {
  workers: number;
  startWorker(): WorkerThread;
}

/**
 * Runs the steps of a training on several threads: each takes a part of the batch, and all wait for
 * each other only once, when the gradients are added up; then each updates its share of the weights.
 *
 * @param step the graph for one worker's part of a batch; its rows must not depend on each other
 */
export async function dataParallelExecutor(
  plan: TrainingPlan,
  step: StepGraph,
  options: DataParallelOptions,
): Promise<StepExecutor> {
  const executor = new DataParallelExecutor(plan, step, options);
  await executor.start();
  return executor;
}

interface Mail {
  name: string;
  shared: Uint8Array;
  /** Bytes of a row, or of the whole. */
  bytes: number;
  byRow: boolean;
}

class DataParallelExecutor implements StepExecutor {
  readonly #plan: TrainingPlan;
  readonly #step: StepGraph;
  readonly #team: WorkerTeam;
  readonly #jobs: TrainJob[];
  readonly #parts: readonly FlatPart[];
  readonly #weights: Float32Array<SharedArrayBuffer>;
  readonly #fixed = new Map<string, Float32Array<SharedArrayBuffer>>();
  readonly #losses: Float32Array<SharedArrayBuffer>;
  readonly #inputs = new Map<string, Mail>();
  readonly #predictions: { shared: Float32Array; shape: readonly number[] }[] = [];
  #iterations = 0;

  constructor(plan: TrainingPlan, step: StepGraph, { workers, startWorker }: DataParallelOptions) {
    this.#plan = plan;
    this.#step = step;
    const trained = [...plan.weights].filter(([address]) => step.outputs.gradients.has(address));
    const { parts, length } = layFlat(trained.map(([a, { graphShape }]) => [a, graphShape]));
    this.#parts = parts;
    this.#weights = sharedFloats(length);
    this.#losses = sharedFloats(workers);
    const updates = planUpdates(plan, parts, workers);
    const barrier = new SharedArrayBuffer(Barrier.bytes);
    const shared = {
      workers,
      step: writeOnnx(step.graph),
      rows: step.rows,
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

  async start(): Promise<void> {
    await this.#team.ask((worker) => ({ kind: "start", job: this.#jobs[worker]! }));
  }

  async step(batch: StepBatch, learningRate: number): Promise<StepResult> {
    const rows = batch.rowWeight.length;
    if (rows > this.#plan.rows)
      throw new StriateError(`expected at most ${this.#plan.rows} rows in a batch, got ${rows}`);
    this.#post(batch);
    const scalars = this.#plan.optimizer.scalars(learningRate, this.#iterations);
    await this.#team.ask(() => ({ kind: "step", rows, scalars }));
    this.#iterations++;
    const loss = this.#losses.reduce((sum, value) => sum + value, 0);
    const predictions = this.#predictions.map(({ shared, shape }) => {
      const own = [rows, ...shape.slice(1)];
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
    const { shared } = this.#inputs.get(name)!;
    shared.set(bytesOf(value));
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
      const part = shape as readonly number[];
      const each = sizeOf(byRow ? part.slice(1) : part) * bytesPerElement(type);
      const mail = new SharedArrayBuffer(byRow ? each * this.#plan.rows : each);
      this.#inputs.set(name, { name, shared: new Uint8Array(mail), bytes: each, byRow });
      return { name, type, shape: part, byRow, mail };
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
      return { input, shape, mail: shared.buffer };
    });
  }

  #makePredictions(): TrainJob["predictions"] {
    const { graph, outputs } = this.#step;
    return outputs.predictions.map((output) => {
      const shape = graph.outputs.find(({ name }) => name === output)!.shape as readonly number[];
      const shared = sharedFloats(sizeOf(shape.slice(1)) * this.#plan.rows);
      this.#predictions.push({ shared, shape });
      return { output, shape, mail: shared.buffer };
    });
  }
}

const sharedFloats = (length: number): Float32Array<SharedArrayBuffer> =>
  new Float32Array(new SharedArrayBuffer(length * 4));

const buffersOf = (
  mail: Readonly<Record<string, Float32Array<SharedArrayBuffer>>>,
): Record<string, SharedArrayBuffer> =>
  Object.fromEntries(Object.entries(mail).map(([name, { buffer }]) => [name, buffer]));
