import { describe, expect, test } from "vitest";
import { formula } from "../../../test/training-fixtures.ts";
import { float32 } from "../../base/tensor.ts";
import { parseKerasModel } from "../../formats/keras/parse-model.ts";
import { initializeWeights } from "../../model/lowering/initialize-weights.ts";
import { runtime } from "../../runtime/node/index.ts";
import { evaluate } from "../evaluate.ts";
import { fastExecutor } from "./fast-executor.ts";
import { kerasTrainable } from "../source/keras-trainable.ts";
import { Trainer } from "../trainer.ts";
import { batchesOf, sliceRows } from "../data/training-data.ts";

type LayerJson = readonly [className: string, config: Record<string, unknown>];

function trainerOf(shape: number[], layers: readonly LayerJson[], fast = false, seed = 5) {
  const input: LayerJson = ["InputLayer", { batch_shape: [null, ...shape] }];
  const head: LayerJson = ["Dense", { units: 1, activation: "sigmoid" }];
  const json = [input, ...layers, head].map(([class_name, config], i) => ({
    class_name,
    config: { name: `${class_name.toLowerCase()}_${i}`, ...config },
  }));
  const model = parseKerasModel(
    { class_name: "Sequential", config: { name: "model", layers: json } },
    { kerasVersion: 3 },
  );
  initializeWeights(model, 2);
  const createExecutor = fast ? fastExecutor(runtime, { threads: 2 }) : undefined;
  const options = { runtime, threads: 1, seed, createExecutor };
  return new Trainer(
    kerasTrainable(model),
    { loss: "binary_crossentropy", optimizer: "sgd" },
    options,
  );
}

const pictures: LayerJson[] = [
  ["RandomCrop", { height: 10, width: 11 }],
  ["RandomShear", { x_factor: 0.3, y_factor: 0.2 }],
  ["RandAugment", { factor: 0.2, num_ops: 1 }],
  ["RandomErasing", { scale: [0.1, 0.4] }],
  [
    "RandomColorJitter",
    { brightness_factor: 0.2, contrast_factor: 0.3, saturation_factor: 0.3, hue_factor: 0.2 },
  ],
  ["RandomGaussianBlur", { kernel_size: 3, sigma: [0.5, 1] }],
  ["RandomSharpness", { factor: 0.8 }],
  ["Conv2D", { filters: 3, kernel_size: 3, activation: "relu" }],
  ["GlobalAveragePooling2D", {}],
];
const steps: LayerJson[] = [
  ["TimeDistributed", { layer: { class_name: "Dropout", config: { rate: 0.3 } } }],
  ["LSTM", { units: 4, return_sequences: true, dropout: 0.2, recurrent_dropout: 0.3 }],
  ["GRU", { units: 3, recurrent_dropout: 0.4 }],
];
// More steps than are written out.
const long: LayerJson[] = [
  ["Conv1D", { filters: 4, kernel_size: 3, activation: "relu" }],
  [
    "Bidirectional",
    {
      layer: {
        class_name: "LSTM",
        config: { units: 4, return_sequences: true, dropout: 0.2, recurrent_dropout: 0.3 },
      },
    },
  ],
  ["GRU", { units: 3, dropout: 0.2, recurrent_dropout: 0.4, reset_after: false }],
];

describe.each([
  ["of pictures", [12, 13, 3], 255, pictures],
  ["in sequences", [6, 4], 1, steps],
  ["in long sequences", [40, 4], 1, long],
] as const)("random layers %s", (_, shape, high, layers) => {
  const data = {
    x: formula([5, ...shape], 0, high, 3),
    y: float32([5], [0, 1, 1, 0, 1]),
  };
  const losses = async (trainer: Trainer) => {
    const list: number[] = [];
    // The last batch is a smaller one.
    await trainer.prepare(5);
    for (const rows of [5, 5, 3]) {
      list.push((await trainer.trainOnBatch(sliceRows(data, 0, rows))).loss!);
    }
    await trainer.close();
    return list;
  };

  test("draw the same on one worker and on two, and other numbers for another seed", async () => {
    const plain = await losses(trainerOf([...shape], layers));
    const fast = await losses(trainerOf([...shape], layers, true));
    plain.forEach((loss, i) =>
      expect(Math.abs(fast[i]! - loss)).toBeLessThan(1e-5 * Math.max(1, loss)),
    );
    const other = await losses(trainerOf([...shape], layers, false, 6));
    expect(other[0]).not.toBeCloseTo(plain[0]!, 6);
  });

  test("draw nothing at inference", async () => {
    const trainer = trainerOf([...shape], layers);
    const all = batchesOf(data, { batchSize: 5 });
    expect(trainer.network.random).toEqual([]);
    expect(await evaluate(trainer, all)).toEqual(await evaluate(trainer, all));
    await trainer.close();
  });
});

test.each([
  ["MixUp", {}, /MixUp "mixup_1": mixes pictures, and their labels .* take it out of the model/],
  ["AugMix", {}, /AugMix "augmix_1": draws from a list .* put RandAugment/],
  [
    "RandomPerspective",
    {},
    /RandomPerspective "randomperspective_1": is not trained; .*RandomShear/,
  ],
  [
    "TimeDistributed",
    { layer: { class_name: "SimpleRNN", config: { units: 2, stateful: true } } },
    /TimeDistributed "timedistributed_1": carries its states .* set stateful to false/,
  ],
])("%s is refused when a model is compiled, in one sentence", (name, config, message) => {
  const layers: LayerJson[] = [
    [name, config],
    ["Flatten", {}],
  ];
  expect(() => trainerOf([4, 4, 3], layers)).toThrow(message);
});

test("batch normalisation of a masked sequence is refused", () => {
  const layers: LayerJson[] = [
    ["Masking", {}],
    ["BatchNormalization", {}],
  ];
  expect(() => trainerOf([5, 3], layers)).toThrow(/^BatchNormalization "[^"]+": has a mask/);
});
