import type { Logs } from "../model/history.ts";
import type { Metric } from "../training/metrics/metric.ts";
import type { Tensor } from "../base/tensor.ts";
import { type Network, toUser } from "../model/network.ts";
import type { Compiled, OutputMetric } from "./compile/compiled.ts";
import type { StepResult } from "./step/executor.ts";
import type { PreparedBatch } from "./data/prepare-batch.ts";

/** The inner state of `Totals`, for a checkpoint. */
export interface TotalsState {
  loss: number;
  rows: number;
  /** By output, where there are several. */
  losses?: number[];
  metrics: number[][];
}

/**
 * Loss and metrics over many batches: sums over samples, divided by the number of samples at the end,
 * so that a last, smaller batch counts for what it is.
 */
export class Totals {
  readonly #network: Network;
  readonly #metrics: readonly (Omit<OutputMetric, "metric"> & { metric: Metric })[];
  #loss = 0;
  readonly #losses: number[];
  #rows = 0;

  constructor(network: Network, compiled: Compiled) {
    this.#network = network;
    this.#losses = network.outputs.length > 1 ? network.outputs.map(() => 0) : [];
    this.#metrics = compiled.metrics.map((each) => ({ ...each, metric: each.metric.fresh() }));
  }

  /**
   * Counts a batch.
   * @param result with the loss of the whole batch, and the predictions in the graph's layout
   */
  add({ rows, y, weights }: PreparedBatch, { loss, predictions }: StepResult): void {
    this.#loss += loss * rows;
    this.#rows += rows;
    const outputs = this.#network.outputs.length;
    this.#losses.forEach((_, i) => (this.#losses[i]! += sumOf(predictions[outputs + i]!) * rows));
    const masks = this.#masksIn(predictions);
    const seen = new Map<number, ArrayLike<number>>();
    for (const { output, metric, weighted } of this.#metrics) {
      const port = this.#network.outputs[output]!;
      let prediction = seen.get(output);
      if (prediction === undefined) {
        prediction = toUser(predictions[output]!, port).data as Float32Array;
        seen.set(output, prediction);
      }
      const units = Number(port.shape.at(-1));
      const positions = prediction.length / units;
      const target = y[output]!;
      metric.update({
        prediction,
        target: target.data,
        positions,
        units,
        sparse: target.shape.length < port.shape.length,
        ...(weighted && weights && { weights: perPosition(weights, positions) }),
        ...(masks[output] && { mask: perPosition(masks[output], positions) }),
      });
    }
  }

  /** The masks by output, which stand behind outputs and losses. */
  #masksIn(predictions: readonly Tensor[]): (Float32Array | undefined)[] {
    const { outputs } = this.#network;
    let at = outputs.length + this.#losses.length;
    return outputs.map(({ mask }) =>
      mask === undefined ? undefined : (predictions[at++]!.data as Float32Array),
    );
  }

  /** Number of samples so far. */
  get rows(): number {
    return this.#rows;
  }

  logs(prefix = ""): Logs {
    const mean = (loss: number) => (this.#rows === 0 ? 0 : loss / this.#rows);
    const logs: Logs = { [`${prefix}loss`]: mean(this.#loss) };
    this.#losses.forEach(
      (loss, i) => (logs[`${prefix}${this.#network.outputs[i]!.name}_loss`] = mean(loss)),
    );
    for (const { metric } of this.#metrics) logs[prefix + metric.name] = metric.result();
    return logs;
  }

  get state(): TotalsState {
    return {
      loss: this.#loss,
      rows: this.#rows,
      losses: [...this.#losses],
      metrics: this.#metrics.map(({ metric }) => metric.state),
    };
  }

  set state({ loss, rows, losses, metrics }: TotalsState) {
    this.#loss = loss;
    this.#losses.forEach((_, i) => (this.#losses[i] = losses?.[i] ?? 0));
    this.#rows = rows;
    this.#metrics.forEach(({ metric }, i) => (metric.state = metrics[i] ?? []));
  }
}

const sumOf = ({ data }: Tensor): number => (data as Float32Array).reduce((a, b) => a + b, 0);

function perPosition(weights: Float32Array, positions: number): Float32Array {
  const each = positions / weights.length;
  return each === 1
    ? weights
    : Float32Array.from({ length: positions }, (_, i) => weights[Math.floor(i / each)]!);
}
