import { expect, it } from "vitest";
import { type Tensor, float32, toNumbers } from "../base/tensor.ts";
import { lowerShared } from "../model/lowering/lower-shared.ts";
import { lowerModel } from "../model/lowering/lower.ts";
import type { KerasModel } from "../model/model.ts";
import { tutorialModel } from "../model/tutorial.ts";
import { runtime } from "../runtime/node/index.ts";
import { Model } from "./model.ts";

/** Notes each time that a layer is lowered, and whether it was for training. */
function watched(keras: KerasModel): { keras: KerasModel; modes: boolean[] } {
  const modes: boolean[] = [];
  const layer = keras.layers.find(({ className }) => className === "Conv2D")!;
  const { definition } = layer;
  Object.assign(layer, {
    definition: {
      ...definition,
      lower(context: { training: boolean }) {
        modes.push(context.training);
        return definition!.lower(context as never);
      },
    },
  });
  return { keras, modes };
}

it("the tutorial's network is lowered once to predict and once to train, whatever is done with it", async () => {
  const { keras, modes } = watched(tutorialModel({ size: [64, 64], classes: 2, seed: 1 }));
  const model = new Model({ network: lowerShared(keras), keras }, runtime, { threads: 1 });
  await model.compile({ optimizer: "sgd", loss: "binary_crossentropy", metrics: ["accuracy"] });
  const x = float32([3, 64, 64, 3], new Float32Array(3 * 64 * 64 * 3).fill(0.5));
  const y = float32([3, 1], [0, 1, 1]);
  const before = toNumbers(await model.predict(x));
  await model.fit({ x, y }, { epochs: 2, batchSize: 2, verbose: false });
  const { loss } = await model.evaluate({ x, y });
  const saved = await model.contents();
  const after = toNumbers(await model.predict(x));
  expect(modes).toEqual([false, true]);
  expect(after).not.toEqual(before);
  // What is saved, what predicts and what evaluates is the same network.
  const [p] = after as [number];
  expect(loss).toBeCloseTo(-(Math.log(1 - p) + 2 * Math.log(p)) / 3, 5);
  const again = new Model({ network: lowerModel(saved.keras!) }, runtime, { threads: 1 });
  expect(toNumbers(await again.predict(x))).toEqual(after);
  await Promise.all([model.dispose(), again.dispose()]);
});

it("lowering leaves a model as it is", () => {
  const keras = tutorialModel({ size: [64, 64], classes: 2, seed: 1 });
  const weights = (): Tensor[] => keras.layers.flatMap((layer) => [...layer.weights.values()]);
  const before = weights();
  lowerModel(keras);
  lowerModel(keras, { training: true });
  expect(weights().every((weight, i) => weight === before[i])).toBe(true);
});

it("a model that shares its weights with its network gives the numbers that it had", () => {
  const sizes = { size: [64, 64] as const, classes: 2, seed: 1 };
  const [own, shared] = [tutorialModel(sizes), tutorialModel(sizes)];
  lowerShared(shared);
  for (const [i, layer] of own.layers.entries())
    for (const [name, { shape, data }] of layer.weights) {
      const other = shared.layers[i]!.weights.get(name)!;
      expect(other.shape).toEqual(shape);
      expect(other.data).toEqual(data);
    }
});
