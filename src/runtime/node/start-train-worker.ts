import { StriateError } from "../../base/errors.ts";
import type { WorkerThread } from "../runtime.ts";
import { openThread } from "./open-thread.ts";

/** Starts a thread that runs training steps (`train-worker.ts`). It answers each message but the last. */
export function startTrainWorker(): WorkerThread {
  const worker = openThread("runtime/node/train-worker");
  // A worker that has nothing to do does not keep the process alive.
  let asked = 0;
  worker.unref();
  return {
    post(message) {
      if (asked++ === 0) worker.ref();
      worker.postMessage(message);
    },
    listen(onMessage, onEnd) {
      let cause: Error | null = null;
      worker.on("message", (reply) => {
        if (--asked === 0) worker.unref();
        onMessage(reply);
      });
      worker.on("error", (error) => (cause = error as Error));
      worker.on("exit", (code) =>
        onEnd(
          cause ?? (code === 0 ? null : new StriateError(`its thread ended with code ${code}`)),
        ),
      );
    },
  };
}
