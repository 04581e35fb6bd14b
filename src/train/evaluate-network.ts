import { type Tensor, float32, toFloat32 } from "../base/tensor.ts";
import type { Metric } from "../training/metrics/metric.ts";
import type { RunningNetwork } from "../model/running.ts";
import type { Logs } from "../model/history.ts";
import { type TrainingBatch, type TrainingData, listOf } from "./data/training-data.ts";

/**
 * Metrics of a network of any format over a data set, for networks of one input and one output. The
 * loss is a metric like any other here: a file without Keras layers has none of its own.
 *
 * @param data in the network's own layout
 * @param sparse whether the labels are numbers of classes
 * @param onBatch gets the outputs of each batch, row by row
 */
export async function evaluateNetwork(
  running: RunningNetwork,
  data: TrainingData,
  metrics: readonly Metric[],
  sparse: boolean,
  onBatch: (batch: TrainingBatch, outputs: Float32Array) => void,
): Promise<Logs> {
  for await (const batch of data.epoch(0)) {
    const x = listOf(batch.x)[0]!;
    const outputs = await predictRows(running, x);
    const positions = x.shape[0]!;
    const units = outputs.length / positions;
    const target = toFloat32(listOf(batch.y)[0]!).data;
    for (const metric of metrics)
      metric.update({ prediction: outputs, target, positions, units, sparse });
    onBatch(batch, outputs);
  }
  return Object.fromEntries(metrics.map((metric) => [metric.name, metric.result()]));
}

/** The first output for every row. Files that fix the batch get the rows in parts of that size. */
async function predictRows(running: RunningNetwork, x: Tensor): Promise<Float32Array> {
  const [input, output] = [running.network.inputs[0]!, running.network.outputs[0]!];
  const rows = x.shape[0]!;
  const fixed = input.shape[0];
  const part = typeof fixed === "number" ? fixed : rows;
  const results: Float32Array[] = [];
  for (let at = 0; at < rows; at += part) {
    const [value] = await running.run({ [input.name]: rowsOf(x, at, part) }, [output.value]);
    results.push(toFloat32(value!).data);
  }
  const units = results[0]!.length / part;
  const outputs = new Float32Array(results.length * part * units);
  results.forEach((value, i) => outputs.set(value, i * part * units));
  return outputs.subarray(0, rows * units);
}

/** Some rows, filled up with zeros where there are no more. */
function rowsOf(x: Tensor, from: number, count: number): Tensor<"float32"> {
  const { data, shape } = toFloat32(x);
  const each = data.length / shape[0]!;
  const part = new Float32Array(count * each);
  part.set(data.subarray(from * each, (from + count) * each));
  return float32([count, ...shape.slice(1)], part);
}
