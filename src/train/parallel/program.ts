import { emptyRecord } from "../../base/empty-record.ts";
import { StriateError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, arrayFromBytes, float32, newArray, zeros } from "../../base/tensor.ts";
import type { Runtime, Session } from "../../runtime/runtime.ts";
import type { Barrier } from "./barrier.ts";
import { type JobExchange, type JobInput, type JobProgram, type TrainJob, rowsOf } from "./job.ts";

/** The rows of a batch that a worker takes part in. */
export interface Share {
  rows: number;
  workers: number;
}

/** A worker's part of a batch, ready to run: sessions, and plain memory that the engine reads and writes. */
export class WorkerProgram {
  readonly #job: TrainJob;
  readonly #size: number;
  readonly #rounds: { session: Session; exchanges: JobExchange[] }[];
  readonly #inputs: { input: JobInput; tensor: Tensor }[] = [];
  readonly #predictions = emptyRecord<Tensor>();
  readonly #updates = emptyRecord<Tensor>();
  readonly #loss = float32([], [0]);
  readonly #feeds = emptyRecord<Tensor>();
  readonly #into = emptyRecord<Tensor>();

  /** @param weights tensors of the weights by input name, and of their gradients by output name */
  static async open(
    job: TrainJob,
    program: JobProgram,
    weights: { feeds: Record<string, Tensor>; into: Record<string, Tensor> },
    runtime: Runtime,
  ): Promise<WorkerProgram> {
    const rounds = [];
    for (const { graph, exchanges } of program.rounds)
      rounds.push({ session: await runtime.open(graph, { threads: 1 }), exchanges });
    return new WorkerProgram(job, program, weights, rounds);
  }

  constructor(
    job: TrainJob,
    program: JobProgram,
    weights: { feeds: Record<string, Tensor>; into: Record<string, Tensor> },
    rounds: { session: Session; exchanges: JobExchange[] }[],
  ) {
    this.#job = job;
    this.#size = program.size;
    this.#rounds = rounds;
    Object.assign(this.#feeds, weights.feeds);
    Object.assign(this.#into, weights.into);
    for (const { results, exchanges } of program.rounds) {
      for (const { name, type, shape } of results) this.#into[name] ??= zeros(type, shape);
      for (const { whole, shape } of exchanges) this.#feeds[whole] = zeros("float32", shape);
    }
    for (const input of job.inputs) {
      if (input.type === "string") throw new StriateError(`input "${input.name}" holds text`);
      const shape = input.byRow ? [program.size, ...input.shape] : input.shape;
      const data = newArray(input.type, sizeOf(shape));
      const tensor = { type: input.type, shape, data } as Tensor;
      this.#inputs.push({ input, tensor });
      this.#feeds[input.name] = tensor;
    }
    for (const { output, rowShape } of job.predictions) {
      this.#predictions[output] = zeros("float32", [program.size, ...rowShape]);
      this.#into[output] = this.#predictions[output];
    }
    for (const { update, shape } of job.fixed) {
      if (update === undefined) continue;
      this.#updates[update] = zeros("float32", shape);
      this.#into[update] = this.#updates[update];
    }
    this.#into[job.loss.output] = this.#loss;
  }

  /** Runs the worker's rows of the batch. @returns false when another worker stopped */
  async run({ rows, workers }: Share, barrier: Barrier): Promise<boolean> {
    const [from, to] = rowsOf(rows, this.#job.worker, workers);
    for (const { input, tensor } of this.#inputs) this.#read(input, tensor, from, to);
    for (const { session, exchanges } of this.#rounds) {
      const results = await session.run(this.#feeds, this.#into);
      Object.assign(this.#feeds, results);
      if (exchanges.length === 0) continue;
      for (const exchange of exchanges) this.#send(exchange, from);
      if (!barrier.wait()) return false;
      for (const exchange of exchanges) this.#receive(exchange, workers);
    }
    new Float32Array(this.#job.loss.mail)[this.#job.worker] = this.#loss.data[0]!;
    for (const { output, mail } of this.#job.predictions) {
      const data = this.#predictions[output]!.data as Float32Array;
      const each = data.length / this.#size;
      new Float32Array(mail).set(data.subarray(0, (to - from) * each), from * each);
    }
    return true;
  }

  /** Writes the new values of weights that are not trained where all find them; one worker does. */
  sendUpdates(): void {
    for (const { update, mail } of this.#job.fixed)
      if (update !== undefined)
        new Float32Array(mail).set(this.#updates[update]!.data as Float32Array);
  }

  async release(): Promise<void> {
    for (const { session } of this.#rounds) await session.release();
  }

  /** Copies rows from shared memory; what is left of the part is filled with zeros. */
  #read({ type, byRow, mail }: JobInput, tensor: Tensor, from: number, to: number): void {
    const data = tensor.data as Float32Array;
    const shared = arrayFromBytes(type as "float32", new Uint8Array(mail) as never);
    if (!byRow) return data.set(shared);
    const each = data.length / this.#size;
    data.set(shared.subarray(from * each, to * each));
    if (to - from < this.#size) data.fill(0, (to - from) * each);
  }

  #send({ how, part, shape, mail }: JobExchange, from: number): void {
    const data = this.#feeds[part]!.data as Float32Array;
    const each = sizeOf(shape.slice(1));
    new Float32Array(mail[this.#job.worker]!).set(data, how === "rows" ? from * each : 0);
  }

  #receive({ how, whole, shape, mail }: JobExchange, workers: number): void {
    const target = this.#feeds[whole]!.data as Float32Array;
    // bounded: memory that the threads share
    const parts = mail.slice(0, workers).map((memory) => new Float32Array(memory));
    if (how === "sum") {
      for (let i = 0; i < target.length; i++)
        target[i] = parts.reduce((sum, part) => sum + part[i]!, 0);
      return;
    }
    const [count] = shape as [number];
    const each = target.length / count;
    for (const [worker, part] of parts.entries()) {
      const [from, to] = rowsOf(count, worker, workers);
      target.set(part.subarray(from * each, to * each), from * each);
    }
  }
}
