import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { StriateError } from "../../base/errors.ts";
import type { WorkerThread } from "../runtime.ts";

/** Starts a thread that runs training steps (`train-worker.ts`). It answers each message but the last. */
export function startTrainWorker(): WorkerThread {
  const file = workerFile();
  const worker = file.pathname.endsWith(".ts")
    ? new Worker(fromSource(file), { eval: true })
    : new Worker(file);
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

/** Run from source, in tests and scripts, a thread needs a TypeScript loader of its own. */
const fromSource = (file: URL): string =>
  `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(file.href)})))`;

/** The worker beside this file, or beside the chunk that a build put this code into. */
function workerFile(): URL {
  const places = ["./train-worker.ts", "./train-worker.js", "../runtime/node/train-worker.js"];
  const found = places
    .map((place) => new URL(place, import.meta.url))
    .find((file) => existsSync(file));
  if (found === undefined)
    throw new StriateError(
      "the installation is not whole: train-worker.js is missing; reinstall striate",
    );
  return found;
}
