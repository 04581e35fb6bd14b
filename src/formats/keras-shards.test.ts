import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { float32, toNumbers } from "../base/tensor.ts";
import { RunningNetwork } from "../model/running.ts";
import { runtime } from "../runtime/node/index.ts";
import { readModel } from "./read-model.ts";

// What Keras wrote (fixtures/keras-shards.py).

const folder = fileURLToPath(new URL("../../fixtures/data/keras-shards/", import.meta.url));
const read = (name: string): Uint8Array => readFileSync(folder + name);
const text = (name: string): string => readFileSync(folder + name, "utf8");
const { x, y } = JSON.parse(text("outputs.json")) as Record<"x" | "y", number[]>;

const source = (list = read("model.weights.json")) => ({
  name: "model.weights.json",
  bytes: list,
  sibling: (name: string) => Promise.resolve(read(name)),
});
const listing = (map: unknown) =>
  source(new TextEncoder().encode(JSON.stringify({ metadata: {}, weight_map: map })));

it("weights in several files give Keras' numbers with their architecture", async () => {
  const { network } = await readModel(source(), { architecture: text("architecture.json") });
  const running = new RunningNetwork(network, runtime, { threads: 1 });
  const feeds = { [network.inputs[0]!.name]: float32([1, 6, 6, 2], x) };
  const [got] = await running.run(feeds, [network.outputs[0]!.value]);
  await running.release();
  toNumbers(got!).forEach((value, i) => expect(value).toBeCloseTo(y[i]!, 5));
});

it("without an architecture the weights of all files are there", async () => {
  const { network } = await readModel(source());
  expect(network.layers.map(({ address }) => address)).toEqual(["conv2d", "dense", "dense_1"]);
});

it("other files than shards of weights are refused", async () => {
  for (const name of ["../model_00000.weights.h5", "a/b.weights.h5", "model.safetensors", 3])
    await expect(readModel(listing({ "/layers/dense/vars": [name] }))).rejects.toThrow(
      /^model\.weights\.json: lists .* as a file of weights; expected files like/,
    );
  await expect(readModel(listing({}))).rejects.toThrow("lists 0 files of weights");
});
