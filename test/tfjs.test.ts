import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { toNumbers } from "../src/base/tensor.ts";
import { tfjs } from "../src/formats/tfjs.ts";
import { selectLayers, toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { openModel } from "../src/api/open-model.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { type GraphCase, type Sample, expectNumbers } from "./graph-cases.ts";
import { makeInput } from "./layer-fixtures.ts";
import { arraysOf, asTensor, largestDifference, sourceOf } from "./onnx-files.ts";
import { describeShared, shared } from "./shared.ts";

// TensorFlow graphs in TF.js' form and a layers model; the numbers are TensorFlow's own
// (fixtures/tensorflow-graphs.py, fixtures/tfjs-layers.py).

const folder = fileURLToPath(new URL("../fixtures/data/tfjs/", import.meta.url));
const graphs = ["graphs", "layers"].flatMap(
  (name) => JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")) as GraphCase[],
);

describe("TF.js models and TensorFlow graphs", () => {
  it.each(graphs)("$name gives TensorFlow's numbers", async (graph) => {
    const { network } = await openModel(folder + graph.name);
    await expectNumbers(network, graph);
  });

  it("classes and scaling of Teachable Machine's metadata.json are taken over", async () => {
    const { network } = await openModel(`${folder}layers`);
    expect(network.labels).toEqual(["cat", "dog", "bird"]);
    expect(network.preprocessing).toEqual({ scale: "-1..1" });
  });
});

interface ModelCase {
  folder: string;
  missing: string[];
  inputs: Record<string, number[]>;
  layers: Record<string, Sample>;
}

const models = JSON.parse(
  readFileSync(new URL("../fixtures/data/tfjs-models.json", import.meta.url), "utf8"),
) as ModelCase[];

describeShared(
  "models/tfjs",
  "TF.js models of other people (numbers of fixtures/tfjs-models.py)",
  () => {
    it.each(models)("$folder: every layer", async ({ folder: name, missing, inputs, layers }) => {
      const source = sourceOf(shared(`models/tfjs/${name}/model.json`));
      const { network } = await tfjs.read({
        ...source,
        // The shard that the folder lacks, as the script made it up.
        sibling: (path) =>
          missing.includes(path) ? Promise.resolve(madeUpShard(4 * 2 ** 20)) : source.sibling(path),
      });
      const running = new RunningNetwork(network, runtime, { threads: 1 });
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([input, shape]) => [
          input,
          makeInput({ shape, low: 0, high: 1, start: 0 }),
        ]),
      );
      const ports = Object.keys(layers).map(
        (layer) => selectLayers(network, layer)[0]!.outputs[0]!,
      );
      const results = await running.run(
        feeds,
        ports.map((port) => port.value),
      );
      await running.release();
      const wrong = Object.entries(layers).flatMap(([layer, { shape, every, values }], i) => {
        const got = toUser(results[i]!, ports[i]!);
        const numbers = toNumbers(got).filter((_, k) => k % every === 0);
        const scale = Math.max(...values.map(Math.abs), 1e-3);
        const worst = Math.max(...values.map((value, k) => Math.abs(numbers[k]! - value) / scale));
        const fits = JSON.stringify(got.shape) === JSON.stringify(shape) && worst < 2e-5;
        return fits ? [] : [`${layer}: [${got.shape}] for [${shape}], off by ${worst}`];
      });
      expect(wrong).toEqual([]);
    });

    it("a missing shard is said in one sentence", async () => {
      const path = shared("models/tfjs/tfjs_mobilenetv2_050_graph__shard1_missing");
      await expect(openModel(path)).rejects.toThrow(
        /^\S+: "group1-shard1of2.bin" is missing [^.]*$/,
      );
    });
  },
);

function madeUpShard(size: number): Uint8Array {
  const { data } = makeInput({ shape: [size / 4], low: -0.1, high: 0.1, start: 0 });
  return new Uint8Array((data as Float32Array).buffer);
}

describeShared("cases/index.json", "TF.js folders that trip other tools", () => {
  it.each([
    ["31_tfjs_from_keras3/sequential", 1e-5],
    ["31_tfjs_from_keras3/functional", 1e-5],
    ["32_tfjs_quantised/uint8_float16", 2e-5],
  ] as const)("%s gives its stored numbers within %d", async (name, tolerance) => {
    const path = shared(`cases/${name}`);
    const wanted = arraysOf(`${path}/expected.npz`);
    const { network } = await openModel(path);
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const keys = Object.keys(wanted).filter((key) => key !== "x");
    const ports = keys.map((key) =>
      key === "y" ? network.outputs[0]! : selectLayers(network, key.slice(4))[0]!.outputs[0]!,
    );
    const results = await running.run(
      { [network.inputs[0]!.name]: asTensor(wanted["x"]!) },
      ports.map((port) => port.value),
    );
    await running.release();
    keys.forEach((key, i) => {
      const got = toUser(results[i]!, ports[i]!);
      expect(got.shape, key).toEqual(wanted[key]!.shape);
      expect(largestDifference(got, wanted[key]!), key).toBeLessThan(tolerance);
    });
  });
});
