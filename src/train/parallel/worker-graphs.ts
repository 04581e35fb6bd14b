import type { Graph } from "../../graph/graph.ts";
import { cutAtExchanges } from "../rows/exchange.ts";
import { microBatch } from "../rows/micro-batch.ts";
import { shardBatch } from "../rows/shard-batch.ts";
import type { WorkerGraphs, WorkerPart } from "./data-parallel.ts";
import { rowsOf } from "./job.ts";
import { optimizeStep, rowInputs } from "../step/optimize-step.ts";
import type { TrainingPlan } from "../compile/plan.ts";

export interface WorkerGraphOptions {
  workers: number;
  without: readonly string[];
  /** Brings a graph into the form that the engine runs fastest. */
  tune(graph: Graph): Promise<Graph>;
}

/**
 * The graphs of data-parallel workers, each of which runs one picture at a time through the layers.
 *
 * Where rows do not depend on each other, one graph serves every part, filled up with rows of weight 0.
 * Else each worker has one for exactly its rows, since an empty row would count in the statistics.
 *
 * @returns undefined where the workers would have to exchange too much
 */
export async function workerGraphs(
  plan: TrainingPlan,
  options: WorkerGraphOptions,
): Promise<WorkerGraphs | undefined> {
  const { workers, without, tune } = options;
  const size = Math.ceil(plan.rows / workers);
  const step = plan.stepGraph(size);
  if (!step.couplesBatch && step.outputs.updates.size === 0) {
    const { graph } = optimizeStep(step, { microBatch: 1, without });
    const part = { size, rounds: [{ graph: await tune(graph), exchanges: [] }] };
    return {
      step,
      nameOf: () => "any",
      build: async () => Array.from({ length: workers }, () => part),
    };
  }
  const full = await shards(plan, plan.rows, options);
  if (full === undefined) return undefined;
  return {
    step,
    nameOf: (rows) => String(rows),
    build: async (rows) => (rows === plan.rows ? full : (await shards(plan, rows, options))!),
  };
}

/** The parts of a batch whose rows depend on each other. */
async function shards(
  plan: TrainingPlan,
  rows: number,
  { workers, without, tune }: WorkerGraphOptions,
): Promise<WorkerPart[] | undefined> {
  const step = optimizeStep(plan.stepGraph(rows), { microBatch: null, without });
  const inputs = rowInputs(step);
  const count = Math.min(workers, rows);
  if (count === 1) {
    const graph = await tune(microBatch(step.graph, { rows, inputs, size: 1 }));
    return [{ size: rows, rounds: [{ graph, exchanges: [] }] }];
  }
  const parts: WorkerPart[] = [];
  for (let worker = 0; worker < count; worker++) {
    const [from, to] = rowsOf(rows, worker, count);
    const size = to - from;
    const shard = shardBatch(step.graph, {
      rows,
      inputs,
      size,
      isFirst: worker === 0,
      added: [step.outputs.loss, ...step.outputs.gradients.values()],
    });
    if (shard === undefined) return undefined;
    const graph = await tune(microBatch(shard, { rows: size, inputs, size: 1 }));
    parts.push({ size, rounds: cutAtExchanges(graph) });
  }
  return parts;
}
