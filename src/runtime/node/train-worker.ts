// Entry of a worker thread that runs its part of each training step.
import { parentPort } from "node:worker_threads";
import { runTrainWorker } from "../../train/parallel/worker.ts";
import { runtime } from "./index.ts";

const port = parentPort!;
runTrainWorker(
  {
    post: (reply) => port.postMessage(reply),
    listen: (onRequest) => void port.on("message", onRequest),
    close: () => port.close(),
  },
  runtime,
);
