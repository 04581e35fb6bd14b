// Entry of a worker thread that runs its part of each training step.
import { parentPort } from "node:worker_threads";
import { runTrainWorker } from "../../train/parallel/worker.ts";
import { runtime } from "./index.ts";

const port = parentPort!;
runTrainWorker(
  {
    post: (reply) => port.postMessage(reply),
    listen: (onRequest) => void port.on("message", onRequest),
    // Deno's port cannot be closed (2.9); there, as in Node, `exit` ends this thread alone.
    close: () => ("close" in port ? port.close() : process.exit()),
  },
  runtime,
);
