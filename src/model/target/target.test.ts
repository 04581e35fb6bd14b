import { describe, expect, it } from "vitest";
import { chain } from "../../../test/chain.ts";
import { readNpz } from "../../../test/npz.ts";
import { describeShared, shared } from "../../../test/shared.ts";
import { smallNetwork } from "../../../test/small-models.ts";
import { smallOnnx } from "../../../test/small-onnx.ts";
import { float32 } from "../../base/tensor.ts";
import { openModel } from "../../api/open-model.ts";
import { runtime } from "../../runtime/node/index.ts";
import { readFileSync } from "node:fs";
import type { Network } from "../network.ts";
import { resolveTarget } from "./resolve-target.ts";
import { RunningNetwork } from "../running.ts";
import { formatTarget, parseTarget } from "./target.ts";

describe("a target as it is written", () => {
  it.each([
    ["class:dog", { kind: "class", name: "dog" }],
    ["dog", { kind: "class", name: "dog" }],
    ["class:0", { kind: "class", name: "0" }],
    ["class:red: a colour", { kind: "class", name: "red: a colour" }],
    ["logit:dog", { kind: "logit", name: "dog" }],
    ["probability:", { kind: "probability", name: "" }],
    ["predicted", { kind: "predicted" }],
    ["difference:dog-cat", { kind: "difference", names: "dog-cat" }],
    ["unit:conv2d_3[17]", { kind: "unit", layer: "conv2d_3", unit: 17 }],
    ["unit:conv[1][17]@4,5", { kind: "unit", layer: "conv[1]", unit: 17, at: [4, 5] }],
    ["unit:/a/Conv_output_0[2]@1", { kind: "unit", layer: "/a/Conv_output_0", unit: 2, at: [1] }],
    ["layer:conv[1]", { kind: "layer", layer: "conv[1]" }],
    ["layer:conv2d_2@4,5", { kind: "layer", layer: "conv2d_2", at: [4, 5] }],
    ["output:prob[3]", { kind: "output", output: "prob", unit: 3 }],
    ["output:prob", { kind: "output", output: "prob" }],
  ])("%s", (text, target) => {
    expect(parseTarget(text)).toEqual(target);
    expect(parseTarget(formatTarget(parseTarget(text)))).toEqual(target);
  });

  it.each([
    ["unti:conv[3]", /"unti:" is no kind of target; did you mean "unit:"\?/],
    ["unit:conv", /target "unit:conv": expected a layer and a channel, as conv2d_3\[17\]/],
    ["unit:[3]", /expected a layer/],
    ["difference:dog", /expected two classes, as dog-cat/],
    ["layer:", /expected a layer/],
    ["output:[3]", /expected an output/],
  ])("%s is refused", (text, message) => {
    expect(() => parseTarget(text)).toThrow(message);
  });
});

const dense = (units: number, activation: string) => ["Dense", { units, activation }] as const;
const withLabels = (network: Network, ...labels: string[]) => ({ ...network, labels });
const seeds = (network: Network, text: string, shape: readonly number[]) =>
  resolveTarget(network, text).terms.map((term) => [...term.seed(shape).data]);

describe("a class", () => {
  const sigmoid = withLabels(chain([null, 4], [dense(1, "sigmoid")]), "cat", "dog");
  const softmax = withLabels(
    chain([null, 4], [dense(4, "softmax")]),
    "cat",
    "chow-chow",
    "Dog",
    "7",
  );

  it("of a single sigmoid has its logit, the first with the sign turned", () => {
    expect(seeds(sigmoid, "class:dog", [2, 1])).toEqual([[1, 1]]);
    expect(seeds(sigmoid, "class:cat", [2, 1])).toEqual([[-1, -1]]);
    expect(seeds(sigmoid, "difference:dog-cat", [1, 1])).toEqual([[2]]);
    expect(resolveTarget(sigmoid, "cat").describe()).toBe(
      'class cat: minus the value before the sigmoid of "dense_1"',
    );
    const probability = resolveTarget(sigmoid, "probability:cat");
    expect(probability.terms[0]!.value).toBe(sigmoid.outputs[0]!.value);
    expect([...probability.score([float32([2, 1], [0.25, 1])])]).toEqual([0.75, 0]);
    expect(probability.describe()).toMatch(/one minus its number/);
  });

  it("of a softmax has the value before it, row by row", () => {
    const target = resolveTarget(softmax, "class:chow-chow");
    expect(target).toMatchObject({ text: "class:chow-chow", classIndex: 1, isPredicted: false });
    expect(target.terms[0]!.value).toBe(softmax.layers.at(-1)!.preActivation!.value);
    expect([...target.terms[0]!.seed([2, 4]).data]).toEqual([0, 1, 0, 0, 0, 1, 0, 0]);
    expect([...target.score([float32([2, 4], [1, 2, 3, 4, 5, 6, 7, 8])])]).toEqual([2, 6]);
  });

  it("is found in any case of letters, by number, by a label of digits first", () => {
    expect(resolveTarget(softmax, "dog").classIndex).toBe(2);
    expect(resolveTarget(softmax, "class:2").text).toBe("class:Dog");
    expect(resolveTarget(softmax, "class:7").classIndex).toBe(3);
  });

  it("with a hyphen in its name is known in a difference", () => {
    expect(seeds(softmax, "difference:chow-chow-cat", [1, 4])).toEqual([[-1, 1, 0, 0]]);
    expect(seeds(softmax, "difference:dog-chow-chow", [1, 4])).toEqual([[0, -1, 1, 0]]);
    expect(seeds(softmax, "difference:0-2", [1, 4])).toEqual([[1, 0, -1, 0]]);
    const twins = withLabels(softmax, "a", "a-b", "b-c", "c");
    expect(() => resolveTarget(twins, "difference:a-b-c")).toThrow(
      'difference "a-b-c" can be read in 2 ways; give the numbers: 0-2 or 1-3',
    );
  });

  it("that is not there gets the nearest names", () => {
    expect(() => resolveTarget(softmax, "class:dgo")).toThrow(
      /class "dgo" is not among the 4; nearest: Dog/,
    );
    expect(() => resolveTarget(softmax, "difference:dog-cta")).toThrow(/class "cta".*nearest: cat/);
    expect(() => resolveTarget(sigmoid, "class:5")).toThrow(/tells 2 classes apart, from 0 to 1/);
    expect(() => resolveTarget(chain([null, 4], [dense(3, "softmax")]), "dog")).toThrow(
      /the names of the classes are not known; give the number, from 0 to 2/,
    );
    expect(() => resolveTarget(withLabels(softmax, "a", "a", "b", "c"), "a")).toThrow(
      /classes 0 and 1 have this name/,
    );
  });

  it("is the predicted one where nobody says which", () => {
    const output = float32([1, 4], [0.1, 0.2, 0.6, 0.1]);
    const target = resolveTarget(softmax, undefined, { output });
    expect(target).toMatchObject({ text: "class:Dog", isPredicted: true });
    expect(target.describe()).toMatch(
      /^class Dog, the predicted one: the value before the softmax/,
    );
    expect(resolveTarget(softmax, "probability:", { output }).text).toBe("probability:Dog");
    const certain = { output: float32([1, 1], [0.4]) };
    expect(resolveTarget(sigmoid, "predicted", certain).text).toBe("class:cat");
    expect(() => resolveTarget(softmax)).toThrow(/known only with a photo/);
  });

  it("has no probability where the network makes none", () => {
    const network = chain([null, 4], [dense(3, "linear")]);
    expect(() => resolveTarget(network, "probability:1")).toThrow(
      /holds logits, and nothing in the network makes probabilities of them; use logit:1/,
    );
    expect(seeds(network, "class:1", [1, 3])).toEqual([[0, 1, 0]]);
  });

  it("of maps is the mean over the places, in the graph's layout", () => {
    const conv = ["Conv2D", { filters: 2, kernel_size: 1, activation: "softmax" }] as const;
    const network = chain([null, 1, 2, 3], [conv, ["UpSampling2D", { size: [2, 1] }]]);
    const maps = chain([null, 2, 2, 3], [conv]);
    expect(seeds(maps, "class:1", [1, 2, 2, 2])).toEqual([[0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25]]);
    expect(seeds(maps, "difference:0-1", [1, 2, 1, 1])).toEqual([[1, -1]]);
    expect(resolveTarget(network, "class:0").terms[0]!.value).toBe(network.outputs[0]!.value);
  });

  it("of an ONNX network is seen through what only rewrites it", async () => {
    const network = await smallOnnx({ z: ["N", 3, 1, 1] }, (b) => [
      b.op("Identity", [b.op("Flatten", [b.op("Softmax", ["z"], { axis: 1 })])]),
    ]);
    const [term] = resolveTarget(network, "class:2").terms;
    expect(term!.value).toBe("z");
    expect([...term!.seed([2, 3, 1, 1]).data]).toEqual([0, 0, 1, 0, 0, 1]);
  });
});

describe("a unit, a layer and an output", () => {
  const network = smallNetwork([
    { type: "InputLayer", name: "x", config: { batch_input_shape: [null, 4, 5, 3] } },
    {
      type: "Conv2D",
      name: "conv",
      config: { filters: 2, kernel_size: [1, 1], activation: "relu" },
    },
    { type: "GlobalAveragePooling2D", name: "pool" },
    { type: "Dense", name: "end", config: { units: 3, activation: "softmax" } },
  ]);

  it("is a channel's mean, or its value at a place, in the graph's layout", () => {
    const [mean] = seeds(network, "unit:conv[1]", [1, 2, 4, 5]);
    expect(mean!.slice(0, 20)).toEqual(new Array(20).fill(0));
    expect(mean!.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 6);
    const [at] = seeds(network, "unit:conv[1]@2,3", [2, 2, 4, 5]);
    expect(at!.flatMap((w, i) => (w === 0 ? [] : [i]))).toEqual([20 + 13, 60 + 13]);
    expect(resolveTarget(network, "unit:conv[1]@2,3").describe()).toBe(
      "conv, channel 1, at row 2, column 3",
    );
    expect(resolveTarget(network, "unit:conv[1]").describe()).toBe(
      "conv, channel 1, mean over its places",
    );
  });

  it("before the activation has its own value", () => {
    const conv = network.layers.find(({ address }) => address === "conv")!;
    expect(resolveTarget(network, "unit:conv_pre[0]").terms[0]!.value).toBe(
      conv.preActivation!.value,
    );
    expect(() => resolveTarget(network, "layer:pool_pre")).toThrow(
      /layer "pool" \(GlobalAveragePooling2D\) has no activation of its own, "pool" is its value/,
    );
  });

  it("of a whole layer is the mean over all, or over the channels at one place", () => {
    expect(seeds(network, "layer:conv@0,1", [1, 2, 4, 5])[0]!.indexOf(0.5)).toBe(1);
    expect(seeds(network, "layer:pool", [2, 2])).toEqual([[0.5, 0.5, 0.5, 0.5]]);
    expect(seeds(network, "unit:pool[1]", [2, 2])).toEqual([[0, 1, 0, 1]]);
  });

  it("of an output is the number that comes out", () => {
    const target = resolveTarget(network, "output:end[2]");
    expect(target.terms[0]!.value).toBe(network.outputs[0]!.value);
    expect([...target.terms[0]!.seed([1, 3]).data]).toEqual([0, 0, 1]);
  });

  it.each([
    ["unit:conb[1]", /no layer "conb"; nearest: conv/],
    ["unit:conv[2]", /layer "conv" has 2 channels, from 0 to 1; there is no 2/],
    ["unit:conv[0]@9,9", /layer "conv" makes .*; @9,9 lies outside/],
    ["unit:conv[0]@1", /a place in it is row and column, as @4,5, got @1/],
    ["unit:pool[0]@1,1", /a place in it is none: leave out the @/],
    ["output:edn[0]", /no output "edn" of real numbers; nearest: end/],
    ["output:end[3]", /has 3 channels, from 0 to 2/],
    ["layer:*o*", /expected one layer, got 2/],
  ])("%s is refused", (text, message) => {
    expect(() => resolveTarget(network, text)).toThrow(message);
  });

  it("of a network with channels first counts them on the second axis", async () => {
    const onnx = await smallOnnx({ x: ["N", 3, 4, 5] }, (b) => [b.op("Relu", ["x"])]);
    const [value] = seeds(onnx, "unit:Relu_1[2]@1,0", [1, 3, 4, 5]);
    expect(value!.indexOf(1)).toBe(2 * 20 + 5);
  });
});

describeShared("golden/views", "targets of the golden networks", () => {
  const npz = (name: string) => readNpz(readFileSync(shared(`golden/views/${name}.npz`)));
  const scoreOf = async (file: string, photo: string, text: string) => {
    const { network } = await openModel(shared(file));
    const { input } = npz(photo);
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const { name, order } = network.inputs[0]!;
    const isFirst = network.layout === "NCHW" && order[1] === 1;
    const pixels = float32([1, ...input!.shape], input!.data);
    const target = resolveTarget(network, text);
    const feeds = { [name]: isFirst ? channelsFirst(pixels) : pixels };
    const values = await running.run(
      feeds,
      target.terms.map((term) => term.value),
    );
    await running.release();
    return target.score(values)[0]!;
  };

  it.each([
    ["models/tutorial/cat_vs_dog.h5", "tutorial__goldenretriever__base", "class:1", 5.9403],
    ["models/tutorial/cat_vs_dog.h5", "tutorial__goldenretriever__base", "class:0", -5.9403],
    ["models/tutorial/cat_vs_dog.h5", "tutorial__chelsea__base", "class:1", -0.7109],
    ["golden/views/residual.h5", "residual__goldenretriever__base", "class:0", 0.37],
    ["golden/views/residual.keras", "residual__goldenretriever__base", "logit:1", -0.8356],
    ["golden/views/residual.onnx", "residual__goldenretriever__base", "class:1", -0.8356],
    ["golden/views/residual.onnx", "residual__chelsea__base", "probability:0", 0.2616],
    ["golden/views/residual.keras", "residual__chelsea__base", "probability:0", 0.2616],
  ])("%s, %s: %s is %s", async (file, photo, text, want) => {
    expect(await scoreOf(file, photo, text)).toBeCloseTo(want, 3);
  });
});

const channelsFirst = ({ shape, data }: ReturnType<typeof float32>) => {
  const [n, h, w, c] = shape as [number, number, number, number];
  const turned = new Float32Array(data.length);
  for (let i = 0; i < h * w; i++)
    for (let k = 0; k < c; k++) turned[k * h * w + i] = data[i * c + k]!;
  return float32([n, c, h, w], turned);
};
