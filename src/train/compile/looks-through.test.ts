import { describe, expect, it } from "vitest";
import { smallModel } from "../../../test/small-models.ts";
import { float32, tensor } from "../../base/tensor.ts";
import { runtime } from "../../runtime/node/index.ts";
import { evaluate } from "../evaluate.ts";
import { kerasTrainable } from "../source/keras-trainable.ts";
import { Trainer } from "../trainer.ts";

const inputs = float32([3, 2], [0.3, -1.2, 2, 1.5, -0.7, 0.4]);
const oneHot = float32([3, 2], [1, 0, 0, 1, 0, 1]);
const numbers = tensor("int32", [3], Int32Array.from([0, 1, 1]));

/** The loss of two units with the identity for kernel, over three rows. */
async function lossOf(activation: string, loss: string): Promise<number> {
  const { keras } = smallModel([
    { type: "InputLayer", name: "x", config: { batch_input_shape: [null, 2] } },
    { type: "Dense", name: "end", config: { units: 2, activation } },
  ]);
  keras!.layers[1]!.weights.set("kernel", float32([2, 2], [1, 0, 0, 1]));
  const trainer = new Trainer(kerasTrainable(keras!), { loss }, { runtime, threads: 1 });
  const y = loss.startsWith("sparse") ? numbers : oneHot;
  const data = {
    batchSize: 3,
    async *epoch() {
      await Promise.resolve();
      yield { x: inputs, y };
    },
  };
  const logs = await evaluate(trainer, data);
  await trainer.close();
  return logs.loss!;
}

// Numbers of Keras 3.15.1 and tf_keras 2.21.0: a crossentropy takes the values before the last activation,
// be it a sigmoid or a softmax.
describe("a crossentropy over an activation that is not its own", () => {
  it.each([
    ["sigmoid", "binary_crossentropy", 0.67703],
    ["sigmoid", "categorical_crossentropy", 0.487609],
    ["sigmoid", "sparse_categorical_crossentropy", 0.487609],
    ["softmax", "binary_crossentropy", 0.67703],
    ["softmax", "categorical_crossentropy", 0.487609],
  ])("%s, %s: %d as in Keras", async (activation, loss, wanted) => {
    expect(await lossOf(activation, loss)).toBeCloseTo(wanted, 5);
  });
});
