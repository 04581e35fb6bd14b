import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { toNumbers } from "../src/base/tensor.ts";
import { readModel } from "../src/formats/read-model.ts";
import { lowerTfGraph } from "../src/formats/tensorflow/lower-graph.ts";
import { lowerTfliteOp } from "../src/formats/tflite/ops/index.ts";
import { parseTflite } from "../src/formats/tflite/schema.ts";
import { tfliteGraph } from "../src/formats/tflite/to-graph.ts";
import { isAvailable, leftOut } from "../src/model/lowering/left-out.ts";
import { toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { openModel } from "../src/api/open-model.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { type GraphCase, type Sample, expectNumbers } from "./graph-cases.ts";
import { makeInput } from "./layer-fixtures.ts";

// TFLite files of every kind of coding; the numbers are those of TFLite's interpreter
// (fixtures/tflite-models.py).

interface TfliteCase extends GraphCase {
  /** What each operator makes, in their order. */
  layers?: (Sample & { op: string; step: number })[];
}

const data = fileURLToPath(new URL("../fixtures/data/", import.meta.url));
const cases = JSON.parse(readFileSync(`${data}tflite.json`, "utf8")) as TfliteCase[];
const open = async (name: string) => (await openModel(`${data}tflite/${name}.tflite`)).network;

/** How far outputs may be off: of codes one step. */
function tolerance({ name }: TfliteCase): number {
  // TFLite's kernels for coded weights round what goes into a layer too; striate does not.
  if (name === "weights8") return 1e-3;
  // Nor does it round to 16 bits.
  if (name === "int16") return 1e-4;
  // Of probabilities a step of 8 bits is 1 / 256; striate does not round what comes out.
  return /int8$/.test(name) ? 1 / 256 : 2e-5;
}

describe("TFLite files", () => {
  it.each(cases)("$name gives the interpreter's numbers", async (graph) => {
    await expectNumbers(await open(graph.name), graph, tolerance(graph));
  });

  it("each layer of a coded network is at most one step off, and mostly none", async () => {
    const { layers, inputs } = cases.find(({ name }) => name === "int8")!;
    const network = await open("int8");
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const made = network.layers.filter(({ kind }) => kind !== "input");
    const feeds = { photo: makeInput({ ...inputs.photo!, start: 0 }) };
    const results = await running.run(
      feeds,
      made.map((layer) => layer.outputs[0]!.value),
    );
    await running.release();
    expect(made.map(({ className }) => className)).toEqual(layers!.map(({ op }) => op));
    let off = 0;
    let count = 0;
    for (const [i, { op, step, shape, every, values }] of layers!.entries()) {
      const got = toUser(results[i]!, made[i]!.outputs[0]!);
      expect(got.shape, op).toEqual(shape);
      const numbers = toNumbers(got).filter((_, k) => k % every === 0);
      const steps = values.map((value, k) => Math.abs(numbers[k]! - value) / step);
      expect(Math.max(...steps), op).toBeLessThan(1.01);
      off += steps.filter((n) => n > 0.01).length;
      count += steps.length;
    }
    expect(off / count).toBeLessThan(0.03);
  });

  it("names of classes that are appended, and the scaling that the codes mean, are taken over", async () => {
    const { labels, preprocessing, origin } = await open("uint8");
    expect(labels).toEqual(["cat", "dog", "bird"]);
    expect(preprocessing).toEqual({ scale: "0..1" });
    expect(origin).toMatchObject({ format: "TFLite", dialect: "uint8" });
    const float = await open("float16");
    expect(float.labels).toBeUndefined();
    expect(float.preprocessing).toBeUndefined();
    expect(float.origin.dialect).toBe("float16 weights");
  });

  it("convolutions are known as such, with their kernels and activations", async () => {
    const { layers, weights } = await open("int8");
    const [stem] = layers.filter(({ kind }) => kind === "convolution");
    expect(stem).toMatchObject({
      address: "small/relu6/Relu6",
      className: "CONV_2D",
      activation: "relu6",
      weights: ["small/relu6/Relu6/kernel", "small/relu6/Relu6/bias"],
    });
    expect(weights.get(stem!.weights[0]!)!.shape).toEqual([16, 3, 3, 3]);
  });
});

describe("what is wrong with a TFLite file", () => {
  const bytes = new Uint8Array(readFileSync(`${data}tflite/int8.tflite`));
  const read = (content: Uint8Array) =>
    readModel({ name: "net.tflite", bytes: content, sibling: () => Promise.reject(new Error()) });
  /** The file with a text put for another of the same length. */
  const said = (from: string, to: string): Uint8Array => {
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    return Uint8Array.from(text.replaceAll(from, to), (letter) => letter.charCodeAt(0));
  };

  it.each([
    [
      "half of it",
      bytes.subarray(0, bytes.length / 2),
      /^net\.tflite: the file is cut off or damaged: a part would lie outside of it/,
    ],
    ["its first bytes", bytes.subarray(0, 12), /^net\.tflite: the file is cut off or damaged/],
  ])("%s is said in one sentence", async (_, content, words) => {
    await expect(read(content)).rejects.toThrow(words);
  });

  it("another text in it is another name", async () => {
    const { network } = await read(said("small/wide/Relu", "small/wide/Felu"));
    expect(network.layers.map(({ address }) => address)).toContain("small/wide/Felu");
  });

  it("an op that is not known is named, with what hangs on it, and the rest runs", () => {
    const model = parseTflite(bytes);
    model.operators[3]!.op = "SomebodysOp";
    const lower = () =>
      lowerTfGraph(
        tfliteGraph(model),
        "graph",
        { format: "", dialect: "", writer: "" },
        {
          find: lowerTfliteOp,
          unknown: "is not known",
        },
      );
    const network = lower();
    expect(leftOut(network)[0]).toBe('not run: SomebodysOp "small/project/BiasAdd": is not known');
    const able = network.layers.filter(isAvailable);
    expect(able.map(({ className }) => className)).toContain("CONV_2D");
    expect(able.length).toBeLessThan(network.layers.length - 1);
    model.operators[3]!.inputs = [99999];
    expect(lower).toThrow("the file speaks of tensor 99999, which it does not have");
  });
});
