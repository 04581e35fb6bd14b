import { emptyRecord } from "../../base/empty-record.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import type { Session } from "../../runtime/runtime.ts";
import type { JobUpdate, TrainJob, UpdatePiece } from "./job.ts";

/** The stretches of the weights that one worker updates, with the optimizer's slots for them. */
export class UpdateShare {
  readonly session: Session;
  readonly pieces: readonly UpdatePiece[];
  readonly #job: TrainJob;
  readonly #scalars: Readonly<Record<string, string>>;
  readonly #sharedWeights: Float32Array;
  readonly #feeds = emptyRecord<Tensor>();
  /** What the graph writes: slots trade places with those that they replace after each step. */
  readonly #into = emptyRecord<Tensor>();

  /** @param weights the worker's own copy of all weights */
  constructor(
    job: TrainJob,
    update: JobUpdate,
    session: Session,
    weights: Float32Array<ArrayBuffer>,
  ) {
    this.session = session;
    this.pieces = update.pieces;
    this.#job = job;
    this.#scalars = update.scalars;
    // bounded: memory that the threads share
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
  async run(
    scalars: Readonly<Record<string, number>>,
    own: Float32Array<ArrayBuffer>,
  ): Promise<void> {
    for (const [name, input] of Object.entries(this.#scalars))
      this.#feeds[input] = float32([], [scalars[name]!]);
    for (const { start, size, shape, gradients } of this.pieces)
      for (const [worker, name] of gradients.entries())
        if (worker === this.#job.worker)
          this.#feeds[name] = float32(shape, own.subarray(start, start + size));
        else {
          // bounded: memory that the threads share
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
