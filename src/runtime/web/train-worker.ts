// Entry of a worker of a page that runs its part of each training step.
import { runTrainWorker } from "../../train/parallel/worker.ts";
import type { TrainRequest } from "../../train/parallel/job.ts";
import { runtime } from "./index.ts";
import { lastWord } from "./last-word.ts";

runTrainWorker(
  {
    post: (reply) => postMessage(reply),
    listen: (onRequest) =>
      addEventListener("message", ({ data }: MessageEvent<TrainRequest>) => onRequest(data)),
    close() {
      postMessage(lastWord);
      close();
    },
  },
  runtime,
);
