import type { OpenedModel } from "../formats/format.ts";
import type { RunningNetwork } from "../model/running.ts";
import type { SessionOptions } from "../runtime/runtime.ts";
import { type ClassifierMeasure, measureNetwork } from "../views/evaluation/measure.ts";

/**
 * Measures a model as its training does, regularization penalties included, where it has Keras layers; else by
 * its outputs.
 *
 * @param contents the model as it is now, with what it was compiled with
 */
export function measureModel(
  contents: () => Promise<OpenedModel>,
  running: RunningNetwork,
  session: SessionOptions,
): ClassifierMeasure {
  return {
    async lossFor(classNames) {
      const { compileOptionsOf } = await training();
      const compiled = compileOptionsOf(await contents());
      return measureNetwork(running, compiled).lossFor(classNames);
    },
    async *over(batches, loss) {
      const { keras, network } = await contents();
      // The training's own graphs want the labels in the shape of the output.
      if (keras === undefined || network.outputs[0]!.shape.length !== 2)
        return yield* measureNetwork(running).over(batches, loss);
      const { runtime } = running;
      const { Trainer, evaluateBatches, measuredOnly } = await training();
      const source = measuredOnly(keras, network);
      const choice = { loss: loss.loss, lossWeights: [loss.weight] };
      const trainer = new Trainer(source, choice, { runtime, ...session });
      try {
        for await (const { batch, predictions, logs } of evaluateBatches(trainer, batches))
          yield { batch, outputs: predictions[0]!.data as Float32Array, logs };
      } finally {
        await trainer.close();
      }
    },
  };
}

const training = () => import("./training.ts");
