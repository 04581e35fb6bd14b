import { StriateError } from "../../base/errors.ts";
import type { Picture } from "../../plot/picture.ts";
import type { PngOptions } from "../../plot/png/encode-png.ts";
import { openThread } from "../../runtime/node/open-thread.ts";

/** A picture that a thread draws. */
export interface DrawRequest {
  readonly id: number;
  readonly picture: Picture;
  readonly options: PngOptions;
}

/** Its PNG file, or what went wrong. */
export type DrawReply =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly error: string };

interface Waiting {
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

/**
 * Threads that draw pictures and compress them while the main one makes the next. Each picture has the bytes
 * that it has without them.
 */
export class DrawingThreads {
  readonly #threads: readonly ReturnType<typeof openThread>[];
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(count: number) {
    this.#threads = Array.from({ length: count }, () => this.#open());
  }

  /** Has a picture drawn by the next thread in turn. */
  draw(picture: Picture, options: PngOptions): Promise<Uint8Array> {
    const id = this.#asked++;
    const request: DrawRequest = { id, picture, options };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#threads[id % this.#threads.length]!.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #open() {
    const thread = openThread("node/pictures/draw-worker");
    thread.on("message", (reply: DrawReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("bytes" in reply) waiting?.resolve(reply.bytes);
      else waiting?.reject(new StriateError(reply.error));
    });
    thread.on("error", (error: Error) => this.#fail(error));
    return thread;
  }

  /** A thread that is lost draws no picture that it was given. */
  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
