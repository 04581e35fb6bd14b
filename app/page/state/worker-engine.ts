import type { CallOptions, Engine, Method } from "../../engine/protocol.ts";
import { EngineError } from "./engine-error.ts";
import type { Message, Reply } from "../../engine/hear.ts";

interface Waiting extends CallOptions {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The engine in a worker of the page. */
export class WorkerEngine implements Engine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  /** Why it answers nothing: it never began. */
  #fault: EngineError | undefined;
  #hasBegun = false;

  /** @param threads how many it computes with, where that is not left to it */
  constructor(threads?: number) {
    this.#worker = new Worker(new URL("../../engine/worker.ts", import.meta.url), {
      type: "module",
      // All that a worker knows before its first message.
      name: threads === undefined ? "striate" : `striate:${threads}`,
    });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#heard(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      const reason = event.message || "it could not be loaded; load the page again";
      const fault = new EngineError(`the worker that computes has failed: ${reason}`);
      if (!this.#hasBegun) this.#fault = fault;
      for (const { reject } of this.#waiting.values()) reject(fault);
      this.#waiting.clear();
    });
  }

  call = ((method: Method, args: readonly unknown[], options: CallOptions = {}) =>
    new Promise<unknown>((resolve, reject) => {
      const id = this.#next++;
      const { signal } = options;
      if (signal?.aborted) return reject(new EngineError("stopped", true));
      if (this.#fault) return reject(this.#fault);
      this.#waiting.set(id, { ...options, resolve, reject });
      signal?.addEventListener("abort", () => this.#post({ id, stop: true }));
      this.#post({ id, method, args });
    })) as Engine["call"];

  #post(message: Message): void {
    this.#worker.postMessage(message);
  }

  #heard(reply: Reply): void {
    this.#hasBegun = true;
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    if (reply.kind === "progress") return waiting.onProgress?.(reply.done, reply.words);
    if (reply.kind === "partial") return waiting.onPartial?.(reply.value as never);
    this.#waiting.delete(reply.id);
    if (reply.kind === "done") return waiting.resolve(reply.value);
    const { message, isKnown, isStop } = reply;
    waiting.reject(new EngineError(isKnown ? message : `unexpected error: ${message}`, isStop));
  }

  /** Ends the worker with all that it holds. */
  close(): void {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new EngineError("stopped", true));
    this.#waiting.clear();
  }
}

let started: WorkerEngine | undefined;

/** The engine of this page: the first who asks for it starts it, before the page itself is there. */
export const startedWorker = (): WorkerEngine => (started ??= new WorkerEngine());
