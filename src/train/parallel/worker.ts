import { emptyRecord } from "../../base/empty-record.ts";
import { StriateError, messageOf } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { Barrier } from "./barrier.ts";
import type { TrainJob, TrainReply, TrainRequest } from "./job.ts";
import { WorkerProgram } from "./program.ts";
import { UpdateShare } from "./share.ts";

/** The worker's end of its line to the main thread. */
export interface WorkerPort {
  post(reply: TrainReply): void;
  listen(onRequest: (request: TrainRequest) => void): void;
  /** Closes the line; then the thread ends. */
  close(): void;
}

/** Answers the requests of the main thread, one after the other, with an engine of one thread. */
export function runTrainWorker(port: WorkerPort, runtime: Runtime): void {
  let worker: TrainWorker | undefined;
  const answer = async (request: Exclude<TrainRequest, { kind: "stop" }>): Promise<void> => {
    if (request.kind === "start") worker = await TrainWorker.open(request.job, runtime);
    else if (worker === undefined) throw new StriateError("the worker has no job yet");
    else if (request.kind === "prepare") await worker.prepare(request);
    else if (request.kind === "step") await worker.step(request);
    else worker.exchangeSlots(request.slots, request.kind);
  };
  // One request after the other: a worker that is told to stop ends what it does first.
  let last = Promise.resolve();
  port.listen((request) => {
    last = last.then(async () => {
      if (request.kind === "stop") {
        await worker?.release();
        return port.close();
      }
      await answer(request).then(
        () => port.post({ kind: "done" }),
        (error: unknown) => port.post({ kind: "failed", message: messageOf(error) }),
      );
    });
  });
}

type Request<K extends TrainRequest["kind"]> = Extract<TrainRequest, { kind: K }>;

class TrainWorker {
  readonly #job: TrainJob;
  readonly #runtime: Runtime;
  readonly #update: UpdateShare | undefined;
  /** By name, the one used last at the end. */
  readonly #programs = new Map<string, { program: WorkerProgram | undefined; meetings: number }>();
  readonly #weights: Float32Array<ArrayBuffer>;
  readonly #gradients: Float32Array<ArrayBuffer>;
  readonly #sharedWeights: Float32Array;
  readonly #fixed: { local: Float32Array; shared: Float32Array }[] = [];
  readonly #feeds = emptyRecord<Tensor>();
  readonly #into = emptyRecord<Tensor>();
  readonly #barrier: Barrier;
  static readonly #kept = 3;

  static async open(job: TrainJob, runtime: Runtime): Promise<TrainWorker> {
    const update = job.update && (await runtime.open(job.update.graph, { threads: 1 }));
    const worker = new TrainWorker(job, runtime, (weights) =>
      update && job.update ? new UpdateShare(job, job.update, update, weights) : undefined,
    );
    return worker;
  }

  constructor(
    job: TrainJob,
    runtime: Runtime,
    update: (weights: Float32Array<ArrayBuffer>) => UpdateShare | undefined,
  ) {
    this.#job = job;
    this.#runtime = runtime;
    // bounded: memory that the threads share
    this.#sharedWeights = new Float32Array(job.weights);
    this.#weights = new Float32Array(this.#sharedWeights.length);
    this.#gradients = new Float32Array(this.#sharedWeights.length);
    this.#barrier = new Barrier(job.barrier, job.workers);
    for (const { input, gradient, shape, start, size } of job.trained) {
      this.#feeds[input] = float32(shape, this.#weights.subarray(start, start + size));
      this.#into[gradient] = float32(shape, this.#gradients.subarray(start, start + size));
    }
    for (const { input, shape, mail } of job.fixed) {
      const local = new Float32Array(sizeOf(shape));
      this.#fixed.push({ local, shared: new Float32Array(mail) });
      this.#feeds[input] = float32(shape, local);
    }
    this.#update = update(this.#weights);
  }

  async prepare({ id, program, meetings }: Request<"prepare">): Promise<void> {
    const weights = { feeds: this.#feeds, into: this.#into };
    const opened =
      program && (await WorkerProgram.open(this.#job, program, weights, this.#runtime));
    this.#programs.set(id, { program: opened, meetings });
    if (this.#programs.size <= TrainWorker.#kept) return;
    const [oldest, stale] = this.#programs.entries().next().value!;
    this.#programs.delete(oldest);
    await stale.program?.release();
  }

  /** Runs this worker's rows of the batch, and then updates its share of the weights. */
  async step({ id, rows, workers, scalars }: Request<"step">): Promise<void> {
    const known = this.#programs.get(id);
    if (known === undefined) throw new StriateError(`no program "${id}"`);
    this.#programs.delete(id);
    this.#programs.set(id, known);
    this.#weights.set(this.#sharedWeights);
    for (const { local, shared } of this.#fixed) local.set(shared);

    const { program, meetings } = known;
    if (program === undefined) this.#waitIdle(meetings);
    else if (!(await program.run({ rows, workers }, this.#barrier))) throw stopped();
    this.#sendGradients();
    if (!this.#barrier.wait()) throw stopped();
    if (this.#job.worker === 0) program?.sendUpdates();
    await this.#update?.run(scalars, this.#gradients);
  }

  exchangeSlots(slots: Readonly<Record<string, SharedArrayBuffer>>, kind: "save" | "load"): void {
    this.#update?.exchangeSlots(slots, kind);
  }

  async release(): Promise<void> {
    for (const { program } of this.#programs.values()) await program?.release();
    await this.#update?.session.release();
  }

  /** A worker without rows comes to every meeting, and adds nothing. */
  #waitIdle(meetings: number): void {
    this.#gradients.fill(0);
    new Float32Array(this.#job.loss.mail)[this.#job.worker] = 0;
    for (let i = 0; i < meetings; i++) if (!this.#barrier.wait()) throw stopped();
  }

  /** Puts the gradients where the workers find them that update those weights. */
  #sendGradients(): void {
    // bounded: memory that the threads share
    const mail = new Float32Array(this.#job.gradients[this.#job.worker]!);
    let at = 0;
    for (const { start, size } of this.#update?.pieces ?? []) {
      mail.set(this.#gradients.subarray(at, start), at);
      at = start + size;
    }
    mail.set(this.#gradients.subarray(at), at);
  }
}

const stopped = () => new StriateError("another worker stopped");
