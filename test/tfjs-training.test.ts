import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { sequential } from "../src/api/build-model.ts";
import { loadModel } from "../src/api/load-model.ts";
import { openModel } from "../src/api/open-model.ts";
import { float32 } from "../src/base/tensor.ts";
import { layers } from "../src/layers/create.ts";
import { chosenOptimizer } from "../src/train/compile/chosen-optimizer.ts";
import { compileOptionsOf } from "../src/train/compile/compile-config.ts";
import { optimizers } from "../src/training/optimizers/index.ts";

// Models that TF.js 4.22 saved in the middle of their training, with the losses of its next steps
// (fixtures/tfjs-training.mjs).
const folder = fileURLToPath(new URL("../fixtures/data/tfjs/trained/", import.meta.url));
const losses = JSON.parse(readFileSync(`${folder}losses.json`, "utf8")) as Record<string, number[]>;

const rows = 8;
const x = float32(
  [rows, 6, 6, 3],
  Float32Array.from({ length: rows * 108 }, (_, i) => ((i * 37) % 101) / 101),
);
const y = float32([rows, 1], Float32Array.of(0, 1, 1, 0, 1, 0, 0, 1));
const whole = { batchSize: rows, shuffle: false, verbose: false } as const;

it.each(["adam", "rmsprop"])(
  "%s goes on as TF.js does, its state among the weights",
  async (name) => {
    await using model = await loadModel(`${folder}${name}/model.json`);
    const { history } = await model.fit({ x, y }, { epochs: 5, ...whole });
    history.loss!.forEach((loss, i) => expect(loss).toBeCloseTo(losses[name]![i]!, 5));
  },
);

it("momentum begins anew with its settings, since Keras' has the learning rate in it", async () => {
  const opened = await openModel(`${folder}momentum/model.json`);
  expect(opened.optimizer).toBeUndefined();
  expect(chosenOptimizer(opened, { optimizer: null, rate: null }, 1)).toMatchObject({
    words: "SGD at 0.02",
    optimizer: { config: { momentum: 0.7, nesterov: true } },
  });
  expect(compileOptionsOf(opened)).toMatchObject({
    loss: "binary_crossentropy",
    metrics: ["accuracy"],
  });
});

it("what is written says how it was compiled, with settings that not every Keras takes", async () => {
  const target = mkdtempSync(join(tmpdir(), "striate-tfjs-"));
  onTestFinished(() => rmSync(target, { recursive: true, force: true }));
  const path = join(target, "model.json");
  await using model = sequential([
    layers.flatten({ inputShape: [6, 6, 3] }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  const optimizer = optimizers.lion({ learningRate: 0.003, beta1: 0.8, weightDecay: 0.01 });
  await model.compile({ optimizer, loss: "binaryFocalCrossentropy", metrics: ["accuracy"] });
  await model.fit({ x, y }, whole);
  await model.save(path);
  const opened = await openModel(path);
  expect(chosenOptimizer(opened, { optimizer: null, rate: null }, 1)).toMatchObject({
    words: "Lion at 0.003",
    optimizer: { config: { beta_1: 0.8, weight_decay: 0.01 } },
  });
  expect(opened.network.history).toMatchObject({ epoch: [0] });
  await using again = await loadModel(path);
  expect(Object.keys(await again.evaluate({ x, y }))).toEqual(["loss", "accuracy"]);
});
