import { StriateError } from "../../base/errors.ts";
import type { WorkerThread } from "../../runtime/runtime.ts";
import type { TrainReply, TrainRequest } from "./job.ts";

/** The worker threads of a training, as one that is asked and answers. */
export class WorkerTeam {
  readonly #threads: readonly WorkerThread[];
  readonly #ended: Promise<unknown>;
  readonly #release: () => void;
  /** Why no more can be asked. */
  #closed: StriateError | undefined;
  #pending: { left: number; done(): void; fail(error: Error): void } | undefined;
  #idle: Promise<unknown> = Promise.resolve();

  /** @param release lets workers go on that wait for one that will never come */
  constructor(threads: readonly WorkerThread[], release: () => void) {
    this.#threads = threads;
    this.#release = release;
    this.#ended = Promise.all(
      threads.map(
        (thread, i) =>
          new Promise<void>((ended) =>
            thread.listen(
              (reply) => this.#hear(i, reply as TrainReply),
              (error) => {
                ended();
                this.#fail(i, error?.message ?? "its thread ended");
              },
            ),
          ),
      ),
    );
  }

  /** Sends each worker its request, and waits for all of them. */
  ask(request: (worker: number) => TrainRequest): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (this.#pending) return Promise.reject(new StriateError("a training step is still running"));
    const answered = new Promise<void>((done, fail) => {
      this.#pending = { left: this.#threads.length, done, fail };
      this.#threads.forEach((thread, i) => thread.post(request(i)));
    });
    this.#idle = answered.catch(() => undefined);
    return answered;
  }

  /** Ends the threads, after what they are doing. */
  async close(): Promise<void> {
    await this.#idle;
    if (!this.#closed) {
      this.#closed = new StriateError("the training was closed");
      this.#stop();
    }
    await this.#ended;
  }

  #hear(worker: number, reply: TrainReply): void {
    if (reply.kind === "failed") return this.#fail(worker, reply.message);
    if (this.#pending === undefined || --this.#pending.left > 0) return;
    const { done } = this.#pending;
    this.#pending = undefined;
    done();
  }

  /** One worker that fails ends the others too: they would wait for it. */
  #fail(worker: number, message: string): void {
    if (this.#closed) return;
    this.#closed = new StriateError(
      `training worker ${worker + 1} of ${this.#threads.length} stopped: ${message}`,
    );
    this.#release();
    this.#stop();
    this.#pending?.fail(this.#closed);
    this.#pending = undefined;
  }

  #stop(): void {
    for (const thread of this.#threads) thread.post({ kind: "stop" });
  }
}
