import type { Graph } from "../../graph/graph.ts";
import type { Runtime, SessionOptions } from "../../runtime/runtime.ts";
import { dataParallelExecutor } from "../parallel/data-parallel.ts";
import type { StepGraph } from "./executor.ts";
import { optimizeStep } from "./optimize-step.ts";
import { plainExecutor } from "./plain-executor.ts";
import type { CreateExecutor } from "../compile/plan.ts";
import { workerGraphs } from "../parallel/worker-graphs.ts";

export interface FastExecutorOptions extends SessionOptions {
  /** Passes to leave out, by name; for measuring and for finding faults. */
  without?: readonly string[];
}

/**
 * The fastest way to run a training's steps here. Where the platform has threads: data parallel, each
 * thread running one picture at a time through the layers. Else in one session, whose threads share the
 * work of each op; on the CPU a few pictures at a time, where rows allow it.
 */
export function fastExecutor(runtime: Runtime, options: FastExecutorOptions = {}): CreateExecutor {
  const { without = [], ...session } = options;
  const device = session.device ?? "cpu";
  const threads = session.threads ?? runtime.defaultThreads();
  const isGpu = device === "cuda" || device === "webgpu";
  const isTuned = device === "cpu" && runtime.tune !== undefined && !without.includes("tune");
  const tune = (graph: Graph) => (isTuned ? runtime.tune!(graph) : Promise.resolve(graph));
  return async (plan) => {
    const workers = Math.min(threads, plan.rows);
    if (runtime.startTrainWorker !== undefined && device === "cpu") {
      const graphs = await workerGraphs(plan, { workers, without, tune });
      const startWorker = () => runtime.startTrainWorker!();
      if (graphs) return dataParallelExecutor(plan, { workers, startWorker, graphs });
    }
    const stepGraph = (rows: number): StepGraph => {
      const size = isGpu ? null : partOf(rows, threads > 1 ? 4 : 1);
      return optimizeStep(plan.stepGraph(rows), { microBatch: size, without });
    };
    const tuning: Runtime = {
      ...runtime,
      open: async (graph, given) =>
        runtime.open(graph instanceof Uint8Array ? graph : await tune(graph), given),
    };
    return plainExecutor(tuning, { ...session, threads })({ ...plan, stepGraph });
  };
}

/** The largest number up to `most` that divides the rows. */
function partOf(rows: number, most: number): number {
  let size = most;
  while (rows % size !== 0) size--;
  return size;
}
