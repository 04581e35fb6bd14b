import { emptyRecord } from "../base/empty-record.ts";
import { type Tensor, float32 } from "../base/tensor.ts";
import { sizeOf } from "../base/shape.ts";
import type { Session } from "../runtime/runtime.ts";
import type { StepBatch, StepResult } from "./step/executor.ts";
import { padBatch } from "./data/pad-batch.ts";
import { type ClassWeight, type PreparedBatch, rowWeights } from "./data/prepare-batch.ts";
import { type EvaluationGraph, buildEvaluationGraph } from "./step/step-graph.ts";
import type { Logs } from "../model/history.ts";
import { Totals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainingBatch, TrainingData } from "./data/training-data.ts";

export interface EvaluateOptions {
  classWeight?: ClassWeight;
  /** Stands before the names: `val_`. */
  prefix?: string;
}

/** A batch of an evaluation. */
export interface EvaluatedBatch<B extends TrainingBatch> {
  readonly batch: B;
  /** The network's outputs for it, in the graph's layout. */
  readonly predictions: StepResult["predictions"];
  /** Loss and metrics of all batches until now. */
  logs(): Logs;
}

/**
 * Loss and metrics of a compiled model over a data set, as it predicts: no dropout, moving averages.
 * Each is a sum over samples divided by their number.
 */
export async function evaluate(
  trainer: Trainer,
  data: TrainingData,
  options: EvaluateOptions = {},
): Promise<Logs> {
  let logs = () => new Totals(trainer.network, trainer.compiled).logs(options.prefix);
  for await (const batch of evaluateBatches(trainer, data.epoch(0), options)) logs = batch.logs;
  return logs();
}

/** {@link evaluate}, batch by batch: whoever has seen enough stops asking. */
export async function* evaluateBatches<B extends TrainingBatch>(
  trainer: Trainer,
  batches: AsyncIterable<B> | Iterable<B>,
  { classWeight, prefix }: EvaluateOptions = {},
): AsyncGenerator<EvaluatedBatch<B>, void, undefined> {
  const totals = new Totals(trainer.network, trainer.compiled);
  const penalty = await trainer.penalty();
  const forward = new Forward(trainer);
  try {
    for await (const batch of batches) {
      const prepared = await trainer.prepareBatch(batch, classWeight);
      const result = await forward.run(prepared);
      totals.add(prepared, { ...result, loss: result.loss + penalty });
      const { predictions } = result;
      yield { batch, predictions, logs: () => totals.logs(prefix) };
    }
  } finally {
    await forward.close();
  }
}

/** Rows that are evaluated at once: more need more memory and are no faster. */
const PART = 16;

/** The evaluation graph with the weights of now as constants: engines run that fastest. */
class Forward {
  readonly #trainer: Trainer;
  #open: { graph: EvaluationGraph; session: Session } | undefined;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  /** Runs a batch part by part; the losses of the parts add up to that of the batch. */
  async run({ rows, x, y, weights }: PreparedBatch): Promise<StepResult> {
    if (this.#open?.graph.couplesBatch && this.#open.graph.rows !== rows) await this.close();
    const isCoupled = this.#trainer.network.outputs.some(({ mask }) => mask !== undefined);
    const { graph, session } = (this.#open ??= await this.#start(
      isCoupled ? rows : Math.min(rows, PART),
    ));
    const whole: StepBatch = {
      x,
      y,
      rowWeight: rowWeights(rows, weights, this.#trainer.reduction),
      random: {},
    };
    let loss = 0;
    const predictions: Float32Array[][] = graph.outputs.predictions.map(() => []);
    const shapes: (readonly number[])[] = [];
    for (let at = 0; at < rows; at += graph.rows) {
      const part = padBatch(takeRows(whole, at, Math.min(graph.rows, rows - at)), graph.rows, []);
      const feeds = emptyRecord<Tensor>();
      feeds[graph.inputs.rowWeight] = float32([graph.rows], part.rowWeight);
      if (graph.inputs.rowShare !== null)
        feeds[graph.inputs.rowShare] = shareOfRows(
          graph.rows,
          Math.min(graph.rows, rows - at),
          rows,
        );
      graph.inputs.x.forEach((name, i) => (feeds[name] = part.x[i]!));
      graph.inputs.y.forEach((name, i) => (feeds[name] = part.y[i]!));
      const results = await session.run(feeds);
      loss += Number(results[graph.outputs.loss]!.data[0]);
      graph.outputs.predictions.forEach((name, i) => {
        predictions[i]!.push(results[name]!.data as Float32Array);
        shapes[i] = results[name]!.shape;
      });
    }
    return {
      loss,
      predictions: predictions.map((parts, i) => joinRows(parts, [rows, ...shapes[i]!.slice(1)])),
    };
  }

  async #start(rows: number) {
    const { network, compiled, runtime, sessionOptions } = this.#trainer;
    await this.#trainer.sync();
    const graph = buildEvaluationGraph(network, compiled.losses, rows);
    return { graph, session: await runtime.open(graph.graph, sessionOptions) };
  }

  async close(): Promise<void> {
    await this.#open?.session.release();
    this.#open = undefined;
  }
}

/** `1 / whole` for each of the first `given` rows, 0 for those that fill the part up. */
function shareOfRows(rows: number, given: number, whole: number): Tensor<"float32"> {
  return float32([rows], new Float32Array(rows).fill(1 / whole, 0, given));
}

/** Some rows of a batch, without a copy. */
function takeRows({ x, y, rowWeight, random }: StepBatch, from: number, count: number): StepBatch {
  const take = (value: Tensor): Tensor => {
    const each = value.data.length / value.shape[0]!;
    const data = (value.data as Float32Array).subarray(from * each, (from + count) * each);
    return float32([count, ...value.shape.slice(1)], data);
  };
  return {
    x: x.map(take),
    y: y.map(take),
    rowWeight: rowWeight.subarray(from, from + count),
    random,
  };
}

/** The parts end to end, cut to the shape: the last part may have been filled up. */
function joinRows(parts: readonly Float32Array[], shape: readonly number[]): Tensor<"float32"> {
  const data = new Float32Array(sizeOf(shape));
  let at = 0;
  for (const part of parts) {
    data.set(part.subarray(0, data.length - at), at);
    at += part.length;
  }
  return float32(shape, data);
}
