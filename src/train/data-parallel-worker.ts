import { StriateError, messageOf } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { type DataType, type Tensor, arrayFromBytes, float32, newArray } from "../base/tensor.ts";
import type { Runtime, Session } from "../runtime/runtime.ts";
import { Barrier } from "./data-parallel-barrier.ts";
import {
  type JobUpdate,
  type TrainJob,
  type TrainReply,
  type TrainRequest,
  type UpdatePiece,
  rowsOf,
} from "./data-parallel-job.ts";

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
    else if (request.kind === "step") await worker.step(request.rows, request.scalars);
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

type Numbers = Float32Array<ArrayBuffer>;

/** Tensors over plain memory that the engine reads or writes, and the shared memory behind them. */
interface Mirror {
  name: string;
  tensor: Tensor;
  shared: { set(source: never, at?: number): void; subarray(from: number, to: number): unknown };
  byRow: boolean;
}

class TrainWorker {
  readonly #job: TrainJob;
  readonly #session: Session;
  readonly #update: UpdateShare | undefined;
  readonly #inputs: Mirror[];
  readonly #predictions: Mirror[];
  readonly #weights: Numbers;
  readonly #sharedWeights: Float32Array;
  readonly #fixed: { local: Numbers; shared: Float32Array }[] = [];
  readonly #gradients: Numbers;
  readonly #feeds: Record<string, Tensor> = {};
  readonly #into: Record<string, Tensor> = {};
  readonly #barrier: Barrier;

  static async open(job: TrainJob, runtime: Runtime): Promise<TrainWorker> {
    const options = { threads: 1 };
    const session = await runtime.open(job.step, options);
    const update = job.update && (await runtime.open(job.update.graph, options));
    return new TrainWorker(job, session, update);
  }

  constructor(job: TrainJob, session: Session, update: Session | undefined) {
    this.#job = job;
    this.#session = session;
    this.#sharedWeights = new Float32Array(job.weights);
    this.#weights = new Float32Array(this.#sharedWeights.length);
    this.#gradients = new Float32Array(this.#sharedWeights.length);
    this.#barrier = new Barrier(job.barrier, job.workers);
    this.#inputs = job.inputs.map((input) => mirror(input.name, input.type, input));
    this.#predictions = job.predictions.map((output) =>
      mirror(output.output, "float32", { ...output, byRow: true }),
    );
    for (const { name, tensor } of this.#inputs) this.#feeds[name] = tensor;
    for (const { name, tensor } of this.#predictions) this.#into[name] = tensor;
    for (const { input, gradient, shape, start, size } of job.trained) {
      this.#feeds[input] = float32(shape, this.#weights.subarray(start, start + size));
      this.#into[gradient] = float32(shape, this.#gradients.subarray(start, start + size));
    }
    for (const { input, shape, mail } of job.fixed) {
      const local = new Float32Array(sizeOf(shape));
      this.#fixed.push({ local, shared: new Float32Array(mail) });
      this.#feeds[input] = float32(shape, local);
    }
    this.#into[job.loss.output] = float32([], [0]);
    this.#update = update && job.update && new UpdateShare(job, job.update, update, this.#weights);
  }

  /** Runs this worker's rows of the batch, and then updates its share of the weights. */
  async step(given: number, scalars: Readonly<Record<string, number>>): Promise<void> {
    const [from, to] = rowsOf(given, this.#job.worker, this.#job.workers);
    this.#weights.set(this.#sharedWeights);
    for (const { local, shared } of this.#fixed) local.set(shared);
    for (const input of this.#inputs) read(input, from, to, this.#job.rows);

    const results = await this.#session.run(this.#feeds, this.#into);

    const { loss } = this.#job;
    const ownLoss = results[loss.output]!.data as Float32Array;
    new Float32Array(loss.mail)[this.#job.worker] = ownLoss[0]!;
    for (const output of this.#predictions) write(output, from, to, this.#job.rows);
    this.#sendGradients();
    if (!this.#barrier.wait()) throw new StriateError("another worker stopped");
    await this.#update?.run(scalars, this.#gradients);
  }

  exchangeSlots(slots: Readonly<Record<string, SharedArrayBuffer>>, kind: "save" | "load"): void {
    this.#update?.exchangeSlots(slots, kind);
  }

  async release(): Promise<void> {
    await this.#session.release();
    await this.#update?.session.release();
  }

  /** Puts the gradients where the workers find them that update those weights. */
  #sendGradients(): void {
    const mail = new Float32Array(this.#job.gradients[this.#job.worker]!);
    let at = 0;
    for (const { start, size } of this.#update?.pieces ?? []) {
      mail.set(this.#gradients.subarray(at, start), at);
      at = start + size;
    }
    mail.set(this.#gradients.subarray(at), at);
  }
}

/** The stretches of the weights that one worker updates, with the optimizer's slots for them. */
class UpdateShare {
  readonly session: Session;
  readonly pieces: readonly UpdatePiece[];
  readonly #job: TrainJob;
  readonly #scalars: Readonly<Record<string, string>>;
  readonly #sharedWeights: Float32Array;
  readonly #feeds: Record<string, Tensor> = {};
  /** What the graph writes: slots trade places with those that they replace after each step. */
  readonly #into: Record<string, Tensor> = {};

  /** @param weights the worker's own copy of all weights */
  constructor(job: TrainJob, update: JobUpdate, session: Session, weights: Numbers) {
    this.session = session;
    this.pieces = update.pieces;
    this.#job = job;
    this.#scalars = update.scalars;
    this.#sharedWeights = new Float32Array(job.weights);
    for (const piece of this.pieces) {
      const { start, size, shape } = piece;
      const make = () => float32(shape, new Float32Array(size));
      this.#feeds[piece.weight] = float32(shape, weights.subarray(start, start + size));
      this.#into[piece.newWeight] = make();
      for (const { input, output, initial } of piece.slots) {
        this.#feeds[input] = float32(shape, new Float32Array(size).fill(initial));
        this.#into[output] = make();
      }
      for (const [worker, name] of piece.gradients.entries())
        if (worker !== job.worker) this.#feeds[name] = make();
    }
  }

  /** @param own this worker's gradients of all weights */
  async run(scalars: Readonly<Record<string, number>>, own: Numbers): Promise<void> {
    for (const [name, input] of Object.entries(this.#scalars))
      this.#feeds[input] = float32([], [scalars[name]!]);
    for (const { start, size, shape, gradients } of this.pieces)
      for (const [worker, name] of gradients.entries())
        if (worker === this.#job.worker)
          this.#feeds[name] = float32(shape, own.subarray(start, start + size));
        else {
          const mail = new Float32Array(this.#job.gradients[worker]!);
          (this.#feeds[name]!.data as Float32Array).set(mail.subarray(start, start + size));
        }
    await this.session.run(this.#feeds, this.#into);
    for (const { start, newWeight, slots } of this.pieces) {
      this.#sharedWeights.set(this.#into[newWeight]!.data as Float32Array, start);
      for (const { input, output } of slots)
        [this.#feeds[input], this.#into[output]] = [this.#into[output]!, this.#feeds[input]!];
    }
  }

  exchangeSlots(mail: Readonly<Record<string, SharedArrayBuffer>>, kind: "save" | "load"): void {
    for (const { start, size, slots } of this.pieces)
      for (const { name, input } of slots) {
        const shared = new Float32Array(mail[name]!).subarray(start, start + size);
        const local = this.#feeds[input]!.data as Float32Array;
        if (kind === "save") shared.set(local);
        else local.set(shared);
      }
  }
}

function mirror(
  name: string,
  type: DataType,
  { shape, mail, byRow }: { shape: readonly number[]; mail: SharedArrayBuffer; byRow: boolean },
): Mirror {
  if (type === "string") throw new StriateError(`input "${name}" holds text`);
  const data = newArray(type, sizeOf(shape));
  const shared = arrayFromBytes(type, new Uint8Array(mail) as never);
  return { name, tensor: { type, shape, data }, shared: shared as never, byRow };
}

/** Copies rows from shared memory; what is left of the part is filled with zeros. */
function read({ tensor, shared, byRow }: Mirror, from: number, to: number, rows: number): void {
  const data = tensor.data as Float32Array;
  if (!byRow) return data.set(shared as unknown as Float32Array);
  const each = data.length / rows;
  data.set(shared.subarray(from * each, to * each) as Float32Array);
  if (to - from < rows) data.fill(0, (to - from) * each);
}

/** Copies the rows that were given, without those that filled the part up, into shared memory. */
function write({ tensor, shared }: Mirror, from: number, to: number, rows: number): void {
  const data = tensor.data as Float32Array;
  const each = data.length / rows;
  shared.set(data.subarray(0, (to - from) * each) as never, from * each);
}
