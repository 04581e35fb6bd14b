import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import type { ClassifierLoss, CompiledLoss } from "../../model/head/classifier-loss.ts";
import { findHead } from "../../model/head/head.ts";
import type { Logs } from "../../model/history.ts";
import type { RunningNetwork } from "../../model/running.ts";

/** Some photos of a data set with their classes, as a network takes them. */
export interface MeasuredBatch {
  /** By input name, in the user's layout. */
  readonly x: Readonly<Record<string, Tensor>>;
  /** Labels in the form that the loss takes (`ClassifierLoss.labels`). */
  readonly y: Tensor;
  /** Names of the photos, for messages. */
  readonly ids: readonly string[];
}

/** How a classifier is measured over a data set. */
export interface ClassifierMeasure {
  /** The loss that it is measured with. @throws StriateError when its head does not fit the classes */
  lossFor(classNames: readonly string[]): Promise<ClassifierLoss>;
  /** Runs the network over all batches, one after the other. */
  over<B extends MeasuredBatch>(
    batches: AsyncIterable<B>,
    loss: ClassifierLoss,
  ): AsyncGenerator<Measured<B>, void, undefined>;
}

/** A batch with what the network made of it. */
export interface Measured<B> {
  readonly batch: B;
  /** Row by row. */
  readonly outputs: Float32Array;
  /** `{ loss }`, the mean over all rows until now. */
  logs(): Logs;
}

/**
 * Measures a network of any format. The loss is a metric like any other here: a file without Keras layers has
 * none of its own.
 *
 * @param compiled what the file was compiled with, where it says it
 */
export function measureNetwork(
  running: RunningNetwork,
  compiled?: CompiledLoss,
): ClassifierMeasure {
  return {
    async lossFor(classNames) {
      const { classifierLoss } = await import("../../model/head/classifier-loss.ts");
      return classifierLoss(running.network, classNames, compiled);
    },
    async *over(batches, { loss, labels, weight }) {
      const { Metric } = await import("../../training/metrics/metric.ts");
      const metric = new Metric(loss, "loss");
      const { value: measured } = (findHead(running.network)?.port ?? running.network.outputs[0])!;
      for await (const batch of batches) {
        const [value] = await running.runRows(batch.x, [measured]);
        const { data: prediction } = toFloat32(value!);
        const positions = batch.ids.length;
        const units = prediction.length / positions;
        const { data: target } = toFloat32(batch.y);
        metric.update({ prediction, target, positions, units, sparse: labels === "int" });
        yield { batch, outputs: prediction, logs: () => ({ loss: weight * metric.result() }) };
      }
    },
  };
}
