import { type Tensor, float32 } from "../base/tensor.ts";
import { sizeOf } from "../base/shape.ts";
import type { Session } from "../runtime/runtime.ts";
import type { StepResult } from "./executor.ts";
import { padRows } from "./pad-batch.ts";
import { type ClassWeight, type PreparedBatch, rowWeights } from "./prepare-batch.ts";
import { type EvaluationGraph, buildEvaluationGraph } from "./step-graph.ts";
import { type Logs, Totals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainingBatch, TrainingData } from "./training-data.ts";

export interface EvaluateOptions {
  classWeight?: ClassWeight;
  /** Stands before the names: `val_`. */
  prefix?: string;
  /** Called with each batch and the network's outputs for it, in the graph's layout. */
  onBatch?(batch: TrainingBatch, prepared: PreparedBatch, result: StepResult): void;
}

/**
 * Loss and metrics of a compiled model over a data set, as it predicts: no dropout, moving averages.
 * Each is a sum over samples divided by their number.
 */
export async function evaluate(
  trainer: Trainer,
  data: TrainingData,
  { classWeight, prefix, onBatch }: EvaluateOptions = {},
): Promise<Logs> {
  const totals = new Totals(trainer.network, trainer.compiled);
  const penalty = await trainer.penalty();
  const forward = new Forward(trainer, data.batchSize ?? 0);
  try {
    for await (const batch of data.epoch(0)) {
      const prepared = trainer.prepareBatch(batch, classWeight);
      const result = await forward.run(prepared);
      totals.add(prepared, { ...result, loss: result.loss + penalty });
      onBatch?.(batch, prepared, result);
    }
  } finally {
    await forward.close();
  }
  return totals.logs(prefix);
}

/** The evaluation graph with the weights of now as constants: engines run that fastest. */
class Forward {
  readonly #trainer: Trainer;
  #rows: number;
  #open: { graph: EvaluationGraph; session: Session } | undefined;

  constructor(trainer: Trainer, rows: number) {
    this.#trainer = trainer;
    this.#rows = rows;
  }

  async run({ rows, x, y, weights }: PreparedBatch): Promise<StepResult> {
    const { graph, session } = await this.#session(rows);
    const padded = new Float32Array(graph.rows);
    padded.set(rowWeights(rows, weights, this.#trainer.reduction));
    const feeds: Record<string, Tensor> = {
      [graph.inputs.rowWeight]: float32([graph.rows], padded),
    };
    const fill = (value: Tensor) => (rows === graph.rows ? value : padRows(value, graph.rows));
    graph.inputs.x.forEach((name, i) => (feeds[name] = fill(x[i]!)));
    graph.inputs.y.forEach((name, i) => (feeds[name] = fill(y[i]!)));
    const results = await session.run(feeds);
    return {
      loss: Number(results[graph.outputs.loss]!.data[0]),
      predictions: graph.outputs.predictions.map((name) => {
        const value = results[name]!;
        const shape = [rows, ...value.shape.slice(1)];
        return float32(shape, (value.data as Float32Array).subarray(0, sizeOf(shape)));
      }),
    };
  }

  async #session(rows: number) {
    if (this.#open && rows <= this.#rows) return this.#open;
    await this.close();
    this.#rows = Math.max(rows, this.#rows);
    const { model, compiled, runtime, sessionOptions } = this.#trainer;
    await this.#trainer.sync();
    const graph = buildEvaluationGraph(model, compiled.losses, this.#rows);
    this.#open = { graph, session: await runtime.open(graph.graph, sessionOptions) };
    return this.#open;
  }

  async close(): Promise<void> {
    await this.#open?.session.release();
    this.#open = undefined;
  }
}
