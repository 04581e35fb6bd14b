import { StriateError } from "striate";
import type { Asked, Question, Reply, Shown } from "./shown.ts";

/** What looks at photos for an element, wherever it runs. */
export interface Sees {
  see(asked: Asked, tell: (doing: string) => void): Promise<Shown>;
  close(): void;
}

interface Waiting {
  readonly tell: (doing: string) => void;
  resolve(shown: Shown): void;
  reject(error: Error): void;
}

let started: Promise<Worker | undefined> | undefined;
const waiting = new Map<number, Waiting>();
let [elements, questions] = [0, 0];

/**
 * The worker of this page, so that the page never waits for the engine; undefined where the page may have none: its
 * policy for scripts says so, or whoever built the page has left the worker's script out.
 */
function startWorker(): Promise<Worker | undefined> {
  return new Promise((resolve) => {
    try {
      // Written so that bundlers see the worker and make a script of it; ours leaves it as it is.
      const worker = new Worker(
        new URL(/* @vite-ignore */ "./element-worker.js", import.meta.url),
        {
          type: "module",
          name: "striate-maps",
        },
      );
      worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
        if (data.kind === "here") resolve(worker);
        else heard(data);
      });
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        resolve(undefined);
        failed(`the worker that computes has failed: ${event.message}`);
      });
    } catch {
      resolve(undefined);
    }
  });
}

function heard(reply: Exclude<Reply, { kind: "here" }>): void {
  const one = waiting.get(reply.id);
  if (reply.kind === "doing") return one?.tell(reply.words);
  waiting.delete(reply.id);
  if (reply.kind === "shown") return one?.resolve(reply.shown);
  one?.reject(reply.isKnown ? new StriateError(reply.message) : new Error(reply.message));
}

function failed(message: string): void {
  for (const { reject } of waiting.values()) reject(new Error(message));
  waiting.clear();
}

/** What looks at photos for one more element: in the page's worker, else in the page itself. */
export async function someoneWhoSees(): Promise<Sees> {
  const worker = await (started ??= startWorker());
  if (worker === undefined) {
    const { Seer } = await import("./seer.ts");
    return new Seer();
  }
  const element = ++elements;
  const post = (question: Question) => worker.postMessage(question);
  return {
    see: (asked, tell) =>
      new Promise((resolve, reject) => {
        const id = ++questions;
        waiting.set(id, { tell, resolve, reject });
        post({ element, id, asked });
      }),
    close: () => post({ element, id: 0 }),
  };
}
