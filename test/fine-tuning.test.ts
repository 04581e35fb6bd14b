import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { finetuneFile, finetunedModel, torchBatch } from "./finetuned.ts";
import { loadModel } from "../src/api/load-model.ts";
import { openModel } from "../src/api/open-model.ts";
import type { Model } from "../src/api/model.ts";
import { type Tensor, toNumbers } from "../src/base/tensor.ts";
import { layers } from "../src/layers/create.ts";
import { input, sequential } from "../src/api/build-model.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { fit } from "../src/train/fit.ts";
import { Trainer } from "../src/train/trainer.ts";
import { batchesOf } from "../src/train/data/training-data.ts";
import { graphTrainable } from "../src/train/source/graph-trainable.ts";
import { chosenWeights } from "../src/train/source/chosen-weights.ts";
import { trainableOf } from "../src/train/source/trainable-of.ts";
import { untieWeights } from "../src/train/source/untie-weights.ts";

interface Losses {
  [run: string]: number[];
}
const torch = JSON.parse(readFileSync(finetuneFile("losses.json"), "utf8")) as Losses;
const fromLogits = { class_name: "SparseCategoricalCrossentropy", config: { from_logits: true } };
const sgd = (config: Record<string, unknown>) => ({ class_name: "SGD", config });

async function open(file: string): Promise<Model> {
  const model = await loadModel(finetuneFile(file), { threads: 1 });
  onTestFinished(() => model.dispose());
  return model;
}

/** The largest distance from PyTorch's losses over its 20 steps. */
async function distance(model: Model, run: string): Promise<number> {
  let worst = 0;
  for (const [step, wanted] of torch[run]!.entries()) {
    const { x, y } = torchBatch(step);
    const { loss } = await model.trainOnBatch(x, y);
    worst = Math.max(worst, Math.abs(loss! - wanted));
  }
  return worst;
}

describe("a network that PyTorch exported trains on as it would in PyTorch", () => {
  // Keras' Adam has its epsilon inside the correction of the bias; as small as this it does not matter.
  const adam = { class_name: "Adam", config: { learning_rate: 0.003, epsilon: 1e-10 } };
  it.each([
    ["sgd", "residual.onnx", sgd({ learning_rate: 0.02, momentum: 0.9 }), "all"],
    ["adam", "residual.onnx", adam, "all"],
    ["head", "residual.onnx", sgd({ learning_rate: 0.05 }), "head"],
    ["half", "half.onnx", sgd({ learning_rate: 0.02 }), "all"],
  ])("%s of %s: the same losses for 20 steps", async (run, file, optimizer, train) => {
    const model = await open(file);
    await model.compile({ optimizer, loss: fromLogits, train });
    expect(torch[run]).toHaveLength(20);
    expect(await distance(model, run)).toBeLessThan(1e-5);
  });

  it("with the statistics of each batch where the file was exported for training", async () => {
    const model = await open("trained.onnx");
    const ratio = model.network.graph.initializers.get("/dropout/Constant_output_0")!;
    (ratio.data as Float32Array)[0] = 0;
    await model.compile({ optimizer: sgd({ learning_rate: 0.02 }), loss: fromLogits });
    expect(await distance(model, "batch-statistics")).toBeLessThan(1e-5);
    // What predicts are the averages that came of it.
    const [mean] = toNumbers(model.network.graph.initializers.get("stem.1.running_mean")!);
    await model.settle();
    expect(toNumbers(model.network.graph.initializers.get("stem.1.running_mean")!)[0]).not.toBe(
      mean,
    );
  });

  it("and drops where the file does, by the seed", async () => {
    const lossOf = async (seed: number) => {
      const model = await open("trained.onnx");
      await model.compile({ optimizer: "sgd", loss: fromLogits, seed });
      const { x, y } = torchBatch(0);
      return (await model.trainOnBatch(x, y)).loss;
    };
    const [one, again, other] = [await lossOf(1), await lossOf(1), await lossOf(2)];
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe("frozen layers at the front", () => {
  const whole = async (file: string, pattern: string) => {
    const { network } = await openModel(finetuneFile(file));
    untieWeights(network);
    return graphTrainable(network, { trained: chosenWeights(network, pattern) });
  };
  const split = async (file: string, train: string) =>
    trainableOf(await openModel(finetuneFile(file)), { train });

  async function weightsOf(
    trainable: Awaited<ReturnType<typeof whole>>,
    memory: number,
  ): Promise<Map<string, Tensor>> {
    const options = { runtime, threads: 1, features: { memory } };
    const trainer = new Trainer(trainable, { optimizer: "adam", loss: fromLogits }, options);
    const data = batchesOf(torchBatch(0), { batchSize: 3, shuffle: true });
    await fit(trainer, data, { epochs: 4, validationData: data });
    const weights = await trainer.readWeights();
    await trainer.close();
    return weights;
  }

  it.each(["head", "layer2.conv2.weight,head"])(
    "%s: kept features, features made again and the whole graph give the same weights",
    async (train) => {
      const together = await weightsOf(await whole("residual.onnx", train), 0);
      const kept = await weightsOf(await split("residual.onnx", train), 1e6);
      const again = await weightsOf(await split("residual.onnx", train), 0);
      for (const [address, value] of together) {
        expect(kept.get(address)!.data).toEqual(again.get(address)!.data);
        const other = toNumbers(kept.get(address)!);
        toNumbers(value).forEach((number, i) => expect(other[i]).toBeCloseTo(number, 5));
      }
      expect(together.size).toBeGreaterThan(1);
      expect(kept.size).toBe(together.size);
    },
  );

  it("are not taken apart where nothing is frozen", async () => {
    expect((await split("residual.onnx", "all")).front).toBeUndefined();
    const { front, training } = await split("residual.onnx", "head");
    expect(front!.outputs.map(({ shape }) => shape)).toEqual([["N", 12]]);
    expect([...training.weights.keys()]).toEqual(["/fc/Gemm/kernel", "/fc/Gemm/bias"]);
  });

  it("of a Keras model stay as they are, batch normalisation too", async () => {
    const base = sequential([
      input({ shape: [8, 8, 3] }).block as never,
      layers.conv2d({ filters: 4, kernelSize: 3, name: "conv" }),
      layers.batchNormalization({ name: "norm" }),
      layers.flatten(),
      layers.dense({ units: 10, name: "old" }),
    ]);
    const model = await base.withNewHead(["a", "b", "c"], { seed: 1 });
    const before = model.keras!.layers.flatMap(({ weights }) => [...weights.values()]);
    const copies = before.map((value) => toNumbers(value));
    await model.compile({
      optimizer: "sgd",
      loss: "sparse_categorical_crossentropy",
      train: "head",
    });
    const x = { ...torchBatch(0).x, shape: [18, 8, 8, 3] } as Tensor;
    const y = { type: "int32", shape: [18], data: new Int32Array(18).fill(2) } as Tensor;
    await model.fit({ x, y }, { epochs: 2, batchSize: 6, verbose: false });
    const after = model.keras!.layers.flatMap(({ weights }) => [...weights.values()]);
    const same = after.map((value, i) => toNumbers(value).every((n, k) => n === copies[i]![k]));
    expect(same).toEqual([true, true, true, true, true, true, false, false]);
    expect(base.keras!.layers.every(({ config }) => config.trainable !== false)).toBe(true);
    await model.dispose();
    await base.dispose();
  });
});

it("several outputs have a loss each, and one step for all", async () => {
  const opened = await openModel(finetuneFile("residual.onnx"));
  const { network } = opened;
  const features = network.layers.find(({ address }) => address === "/Flatten")!.outputs[0]!;
  network.outputs.push(features);
  network.graph.outputs.push({ name: features.value, type: "float32", shape: features.shape });
  const loss = [fromLogits, "mse"];
  const trainer = new Trainer(
    trainableOf(opened, { train: "head" }),
    { loss },
    { runtime, threads: 1 },
  );
  const { x, y } = torchBatch(0);
  const zeros = { type: "float32", shape: [8, 12], data: new Float32Array(8 * 12) } as Tensor;
  const logs = await trainer.trainOnBatch({ x, y: [y, zeros] });
  expect(logs.logits_loss).toBeCloseTo(torch.head![0]!, 5);
  expect(logs.loss).toBeCloseTo(logs.logits_loss! + Object.values(logs)[2]!, 5);
  await trainer.close();
});

describe("what is written", () => {
  const written = JSON.parse(readFileSync(finetuneFile("written.json"), "utf8")) as {
    input: string[];
    labels: string[];
    outputs: number[];
  };

  it("gives in Python's ONNX Runtime what it gives here", async () => {
    const [file, made] = [await open("written.onnx"), await finetunedModel()];
    onTestFinished(() => made.dispose());
    const { x } = torchBatch(0);
    for (const model of [file, made]) {
      const outputs = toNumbers(await model.predict(x));
      expect(outputs).toHaveLength(written.outputs.length);
      outputs.forEach((value, i) => expect(value).toBeCloseTo(written.outputs[i]!, 5));
    }
    expect(written.labels).toEqual(["red", "green", "blue"]);
    expect(written.input).toEqual(["batch", "3", "12", "12"]);
    expect(file.network.labels).toEqual(written.labels);
  });
});

describe("any kind of file", () => {
  const other = (path: string) =>
    fileURLToPath(new URL(`../fixtures/data/${path}`, import.meta.url));

  /** One step with a new head of three classes, on noise. */
  async function step(path: string, train: string): Promise<{ loss: number; front: boolean }> {
    const model = await (await loadModel(other(path), { threads: 1 })).withNewHead(["a", "b", "c"]);
    onTestFinished(() => model.dispose());
    const loss = "sparse_categorical_crossentropy";
    await model.compile({ optimizer: "sgd", loss, train, size: [8, 8] });
    const [port] = model.network.inputs;
    const shape = [2, ...port!.shape.slice(1).map((length) => Number(length ?? 8) || 8)];
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 101) / 101);
    const x = { type: "float32", shape, data } as Tensor;
    const y = { type: "int32", shape: [2], data: Int32Array.of(0, 2) } as Tensor;
    const logs = await model.trainOnBatch(x, y);
    return { loss: logs.loss!, front: (await model.trainer()).source.front !== undefined };
  }

  it.each(["tflite/float16.tflite", "saved-models/keras3"])(
    "%s: the head alone, and all of it, begin with the same loss",
    async (path) => {
      const [head, all] = [await step(path, "head"), await step(path, "all")];
      expect(head.loss).toBeCloseTo(all.loss, 5);
      expect([head.front, all.front]).toEqual([true, false]);
    },
  );

  it.each(["quantised/qdq.onnx", "quantised/qoperator.onnx", "tflite/int8.tflite"])(
    "%s holds codes, which cannot be trained",
    async (path) => {
      await expect(step(path, "head")).rejects.toThrow(
        /is quantised, and codes of whole numbers cannot be trained; fine-tune the float network/,
      );
    },
  );
});

describe("what cannot be trained is refused in a sentence", () => {
  const refused = async (file: string, train?: string) => {
    const opened = await openModel(file);
    return () => trainableOf(opened, { train });
  };
  it("a pattern that names nothing: the nearest are named", async () => {
    expect(await refused(finetuneFile("residual.onnx"), "/layer2/conv9/Conv")).toThrow(
      /no layer "\/layer2\/conv9\/Conv"; nearest: \/layer2\/conv[12]\/Conv/,
    );
  });
  it("layers without weights", async () => {
    expect(await refused(finetuneFile("residual.onnx"), "*Relu*")).toThrow(
      /"\*Relu\*" names no layer with weights to train; these have some: .*\/fc\/Gemm$/,
    );
  });
  it("a head for one class", async () => {
    const model = await open("residual.onnx");
    await expect(model.withNewHead(["cat"])).rejects.toThrow(
      /residual.onnx: a head tells classes apart, and there is only one \(cat\)/,
    );
  });
});
