import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import { dataParallelExecutor } from "./data-parallel.ts";
import { optimizeStep } from "./optimize-step.ts";
import { plainExecutor } from "./plain-executor.ts";
import type { CreateExecutor } from "./plan.ts";

export interface FastExecutorOptions extends SessionOptions {
  /** Passes to leave out, by name; for measuring and for finding faults. */
  without?: readonly string[];
}

/**
 * The fastest way to run a training's steps here. Where the platform has threads and the rows of a
 * batch do not depend on each other: data parallel, each thread running one picture at a time through
 * the layers. Else in one session, whose threads share the work of each op; on the CPU a few pictures
 * at a time, where rows allow it.
 */
export function fastExecutor(runtime: Runtime, options: FastExecutorOptions = {}): CreateExecutor {
  const { without, ...session } = options;
  return async (plan) => {
    const device = session.device ?? "cpu";
    const threads = session.threads ?? runtime.defaultThreads();
    const workers = Math.min(threads, plan.rows);
    if (runtime.startTrainWorker !== undefined && device === "cpu") {
      const step = plan.stepGraph(Math.ceil(plan.rows / workers));
      if (!step.couplesBatch && step.outputs.updates.size === 0)
        return dataParallelExecutor(plan, optimizeStep(step, { microBatch: 1, without }), {
          workers,
          startWorker: () => runtime.startTrainWorker!(),
        });
    }
    const isGpu = device === "cuda" || device === "webgpu";
    const stepGraph = (rows: number) =>
      optimizeStep(plan.stepGraph(rows), {
        microBatch: isGpu ? null : partOf(rows, threads > 1 ? 4 : 1),
        without,
      });
    return plainExecutor(runtime, { ...session, threads })({ ...plan, stepGraph });
  };
}

/** The largest number up to `most` that divides the rows. */
function partOf(rows: number, most: number): number {
  let size = most;
  while (rows % size !== 0) size--;
  return size;
}
