import { StriateError } from "../../base/errors.ts";
import type { WorkerThread } from "../runtime.ts";
import { lastWord } from "./last-word.ts";
import { canShareMemory } from "./shared-memory.ts";

/**
 * Whether workers of this page may share memory, and so wait for each other: the page must be isolated
 * (COOP/COEP headers).
 */
export const canTrainInWorkers = (): boolean =>
  typeof Worker === "function" &&
  canShareMemory() &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;

/** Starts a worker of the page that runs training steps (`train-worker.ts`). */
export function startTrainWorker(): WorkerThread {
  // Written so that bundlers see the worker and make a script of it.
  const worker = new Worker(new URL("./train-worker.ts", import.meta.url), {
    type: "module",
    name: "striate-train",
  });
  return {
    post: (message) => worker.postMessage(message),
    listen(onMessage, onEnd) {
      worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
        if (data !== lastWord) return onMessage(data);
        worker.terminate();
        onEnd(null);
      });
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        worker.terminate();
        onEnd(new StriateError(event.message || "its script could not be loaded"));
      });
    },
  };
}
