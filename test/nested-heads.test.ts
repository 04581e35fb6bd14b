import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { Model } from "../src/api/model.ts";
import { newHead } from "../src/api/new-head.ts";
import { openModel } from "../src/api/open-model.ts";
import { type Tensor, float32, toNumbers } from "../src/base/tensor.ts";
import type { OpenedModel } from "../src/formats/format.ts";
import { kerasH5 } from "../src/formats/keras-h5.ts";
import { kerasZip } from "../src/formats/keras-zip.ts";
import { weightToUser } from "../src/model/network.ts";
import { runtime } from "../src/runtime/node/index.ts";

// fixtures/nested-heads.py made the files, and Keras what stands in features.json.
const file = (name: string) =>
  fileURLToPath(new URL(`../fixtures/data/nested-heads/${name}`, import.meta.url));
const { photo, features } = JSON.parse(readFileSync(file("features.json"), "utf8")) as {
  photo: number[];
  features: Record<string, number[]>;
};
const x = float32([1, 8, 8, 3], Float32Array.from(photo));
const classes = ["cat", "dog", "fox", "owl"];

function modelOf(opened: OpenedModel): Model {
  const model = new Model(opened, runtime, { threads: 1 });
  onTestFinished(() => model.dispose());
  return model;
}

function weightOf({ network }: OpenedModel, address: string): number[] {
  const weight = network.weights.get(address)!;
  return toNumbers(weightToUser(network.graph.initializers.get(weight.value)!, weight));
}

/** What a softmax over a dense layer makes of Keras' features. */
function wanted(opened: OpenedModel, row: readonly number[]): number[] {
  const kernel = weightOf(opened, "head/kernel");
  const logits = classes.map((_, k) =>
    row.reduce((sum, value, i) => sum + value * kernel[i * classes.length + k]!, 0),
  );
  const powers = logits.map((value) => Math.exp(value - Math.max(...logits)));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

const near = (found: Tensor, numbers: readonly number[]) =>
  toNumbers(found).forEach((value, i) => expect(value).toBeCloseTo(numbers[i]!, 5));

describe.each(Object.entries(features))("%s gets a new head where its own begins", (name, row) => {
  it("with its Keras layers, which its own kind of file holds", async () => {
    const opened = newHead(await openModel(file(name)), classes, 3);
    expect(weightOf(opened, "head/kernel")).toHaveLength(row.length * classes.length);
    const answer = await modelOf(opened).predict(x);
    near(answer, wanted(opened, row));
    const format = name.endsWith(".h5") ? kerasH5 : kerasZip;
    const { bytes } = (await format.writer!.write(opened, name))[0]!;
    const again = await format.read({ name, bytes, sibling: () => Promise.reject(Error()) });
    near(await modelOf(again).predict(x), toNumbers(answer));
  });

  it("with its graph alone", async () => {
    const { network } = await openModel(file(name));
    const opened = newHead({ network }, classes, 3);
    near(await modelOf(opened).predict(x), wanted(opened, row));
  });
});

it("of its head alone a model in a model is trained, and the head in it where that is kept", async () => {
  for (const [name, head] of [
    ["head.keras", ["top/hidden", "top/classes"]],
    [
      "deep.keras",
      ["middle/classifier/hidden", "middle/classifier/norm", "middle/classifier/classes"],
    ],
    ["squeeze.keras", ["classifier/classes"]],
  ] as const) {
    const model = modelOf(await openModel(file(name)));
    const before = new Map(model.network.weights);
    const read = (address: string) => weightOf({ network: model.network }, address);
    const old = new Map([...before.keys()].map((address) => [address, read(address)]));
    await model.compile({
      optimizer: "sgd",
      loss: "sparse_categorical_crossentropy",
      train: "head",
    });
    // Of one row or two batch normalisation leaves no slope.
    const rows = [...photo, ...photo.toReversed(), ...photo.map((value) => value / 3)];
    const three = float32([3, 8, 8, 3], Float32Array.from(rows));
    const y: Tensor = { type: "int32", shape: [3], data: Int32Array.of(1, 2, 0) };
    await model.fit({ x: three, y }, { epochs: 1, verbose: false });
    for (const [address, value] of old) {
      const isMoved = read(address).some((number, i) => number !== value[i]);
      const isHead = head.some((layer) => address.startsWith(`${layer}/`));
      if (!isHead) expect(isMoved, address).toBe(false);
      else if (address.endsWith("/kernel")) expect(isMoved, address).toBe(true);
    }
  }
});
