import { describe, expect, it } from "vitest";
import { Model } from "../../api/model.ts";
import { toFloat32 } from "../../base/tensor.ts";
import { layers } from "../../index.ts";
import {
  type Block,
  applyBlock,
  buildFunctional,
  buildInput,
  buildSequential,
} from "../../model/build.ts";
import { lowerModel } from "../../model/lowering/lower.ts";
import { noiseFeeds } from "../../model/photo/noise-input.ts";
import { runtime } from "../../runtime/node/index.ts";
import { networkKinds } from "../../../test/network-kinds.ts";
import { fieldView } from "./field-view.ts";

const { conv2d, depthwiseConv2d, conv2dTranspose, separableConv2d } = layers;
const input = { inputShape: [9, 9, 4] };

/** A first layer that makes four channels, and the layer that is asked. */
function network(...asked: Block[]): Model {
  const first = conv2d({ filters: 4, kernelSize: 1, activation: "relu", ...input });
  const model = buildSequential([first, ...asked], { seed: 5 });
  const origin = { format: "Keras v3", dialect: "Keras 3", writer: "" };
  return new Model({ network: lowerModel(model, { origin }) }, runtime, { threads: 1 });
}

describe("the arithmetic of one value is the engine's", () => {
  const kinds: Record<string, () => Block> = {
    convolution: () => conv2d({ filters: 3, kernelSize: 3, activation: "relu", name: "asked" }),
    "a convolution in groups": () =>
      conv2d({ filters: 4, kernelSize: 3, groups: 2, activation: "elu", name: "asked" }),
    "a dilated convolution": () =>
      conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: "same", name: "asked" }),
    "a strided convolution": () =>
      conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: "same", name: "asked" }),
    "a depthwise convolution": () =>
      depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: "tanh", name: "asked" }),
    "a separable convolution": () => separableConv2d({ filters: 3, kernelSize: 3, name: "asked" }),
    "a transposed convolution": () =>
      conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, name: "asked" }),
    "mean pooling": () => layers.averagePooling2d({ poolSize: 3, name: "asked" }),
    "maximum pooling": () => layers.maxPooling2d({ poolSize: 3, name: "asked" }),
    "a batch normalisation": () => layers.batchNormalization({ name: "asked" }),
    "a dense layer over channels": () => layers.dense({ units: 3, name: "asked" }),
  };
  it.each(Object.keys(kinds))("%s", async (kind) => {
    const model = network(kinds[kind]!());
    const asks = { place: "asked@1,1[1]" };
    const { result } = await model.view(fieldView, noiseFeeds(model.network, 4), asks);
    const { isAffine, reckoned, value, products } = result.arithmetic!;
    expect(isAffine).toBe(true);
    expect(Math.abs(reckoned - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    expect(products.length).toBeGreaterThan(0);
    await model.dispose();
  });

  it("a layer that reads the photo itself", async () => {
    const model = network();
    const place = `${model.network.layers.find(({ kind }) => kind !== "input")!.address}@1,1[1]`;
    const { result } = await model.view(fieldView, noiseFeeds(model.network, 4), { place });
    expect(result.arithmetic!.isAffine).toBe(true);
    expect(result.arithmetic!.products).toHaveLength(4);
    await model.dispose();
  });

  it("a unit of a dense layer has no place; one of maps is asked for its place", async () => {
    const model = network(
      conv2d({ filters: 2, kernelSize: 3, name: "maps" }),
      layers.flatten(),
      layers.dense({ units: 3, activation: "tanh", name: "asked" }),
    );
    const feeds = noiseFeeds(model.network, 4);
    const { result, words } = await model.view(fieldView, feeds, { place: "asked[1]" });
    const { isAffine, reckoned, value, products } = result.arithmetic!;
    expect(isAffine).toBe(true);
    expect(reckoned).toBeCloseTo(value, 5);
    expect(products.length).toBe(7 * 7 * 2);
    expect(words.lines[0]).toContain("asked[1] (Dense) is ");
    expect(words.lines[0]).toContain("sees the whole input");
    await expect(model.view(fieldView, feeds, { place: "maps[1]" })).rejects.toThrow(
      "maps has maps; name a place in them, as maps@7,7[1]",
    );
    await model.dispose();
  });

  it("all channels of a place are their sum, named as the layer or as a value of an ONNX file", async () => {
    const kind = networkKinds.find(({ name }) => name.startsWith("an ONNX file with residual"))!;
    const model = new Model({ network: await kind.open() }, runtime, { threads: 1 });
    const feeds = noiseFeeds(model.network, 4);
    const layer = model.network.layers.find(
      ({ address, outputs: [port] }) => port && port.name !== address && port.shape.length === 4,
    )!;
    const of = async (place: string) => (await model.view(fieldView, feeds, { place })).result;
    const value = layer.outputs[0]!.name;
    const [all, named] = [await of(`${layer.address}@1,1`), await of(`${value}@1,1`)];
    const count = layer.outputs[0]!.shape[1] as number;
    let sum = 0;
    for (let c = 0; c < count; c++) sum += (await of(`${value}@1,1[${c}]`)).value;
    expect(all.value).toBeCloseTo(sum, 4);
    expect(named.value).toBe(all.value);
    const { arithmetic } = await of(`${value}@1,1[0]`);
    expect(arithmetic!.reckoned).toBeCloseTo(arithmetic!.value, 5);
    expect(toFloat32(named.gradient).data).toEqual(toFloat32(all.gradient).data);
    await model.dispose();
  });

  it("a value behind a flat activation is told how to look before it", async () => {
    const model = network(
      conv2d({ filters: 1, kernelSize: 3, activation: "relu", name: "asked" }),
      conv2d({ filters: 1, kernelSize: 1 }),
    );
    const feeds = noiseFeeds(model.network, 4);
    const places = [0, 1, 2, 3, 4].flatMap((row) => [0, 2, 4].map((column) => `${row},${column}`));
    const said = await Promise.all(
      places.map(async (at) => {
        const seen = await model.view(fieldView, feeds, { place: `asked@${at}[0]` });
        return { value: seen.result.value, words: seen.words.lines.join("\n"), at };
      }),
    );
    for (const { value, words, at } of said)
      if (value > 0) expect(words).not.toContain("No pixel");
      else expect(words).toContain(`relu is flat here; asked_pre[0]@${at} is the value before it`);
    expect(new Set(said.map(({ value }) => value > 0)).size).toBe(2);
    await model.dispose();
  });

  it("a residual sum has one product for each way, though one way comes from the other", async () => {
    const first = buildInput({ shape: [9, 9, 4] });
    const start = applyBlock(conv2d({ filters: 3, kernelSize: 1, activation: "relu" }), first);
    const way = applyBlock(conv2d({ filters: 3, kernelSize: 3, padding: "same" }), start);
    const sum = applyBlock(layers.add({ name: "asked" }), [way, start]);
    const model = buildFunctional({ inputs: [first], outputs: [sum] }, { seed: 5 });
    const origin = { format: "Keras v3", dialect: "Keras 3", writer: "" };
    const running = new Model({ network: lowerModel(model, { origin }) }, runtime, { threads: 1 });
    const asks = { place: "asked@4,4[1]" };
    const { result } = await running.view(fieldView, noiseFeeds(running.network, 4), asks);
    expect(result.arithmetic!.isAffine).toBe(true);
    const { products } = result.arithmetic!;
    expect(products).toHaveLength(2);
    for (const { weight } of products) expect(weight).toBeCloseTo(1, 5);
    await running.dispose();
  });

  it("a layer normalisation is called no weighted sum", async () => {
    const model = network(layers.layerNormalization({ name: "asked" }));
    const asks = { place: "asked@1,1[1]" };
    const seen = await model.view(fieldView, noiseFeeds(model.network, 4), asks);
    expect(seen.result.arithmetic!.isAffine).toBe(false);
    expect(seen.words.lines.join("\n")).toContain("no weighted sum");
    await model.dispose();
  });
});

describe("the ancestors of a value", () => {
  it("are the layers before it, with the places that it sees of each and what they give", async () => {
    const model = network(
      conv2d({ filters: 3, kernelSize: 3, name: "second" }),
      layers.maxPooling2d({ poolSize: 2, name: "pool" }),
      conv2d({ filters: 2, kernelSize: 2, useBias: false, name: "asked" }),
    );
    const photo = noiseFeeds(model.network, 4);
    const asks = { place: "asked@1,0[1]", ancestors: true };
    const seen = await model.view(fieldView, photo, asks);
    const { ancestors, value } = seen.result;
    expect(ancestors!.map(({ layer }) => layer)).toEqual([
      ...["input_layer", "conv2d", "second", "pool"],
    ]);
    const sees = Object.fromEntries(ancestors!.map(({ layer, sees: box }) => [layer, box]));
    // A window of 2 over pools of 2 over a kernel of 3.
    expect(sees).toEqual({
      pool: [
        [1, 2],
        [0, 1],
      ],
      second: [
        [2, 5],
        [0, 3],
      ],
      conv2d: [
        [2, 7],
        [0, 5],
      ],
      input_layer: [
        [2, 7],
        [0, 5],
      ],
    });
    // Without a bias what the last one gives is the value.
    const sum = (values: Float32Array) => values.reduce((total, each) => total + each, 0);
    expect(sum(ancestors!.at(-1)!.gives)).toBeCloseTo(value, 5);
    // Nothing outside the places that it sees gives anything.
    const { gives, width } = ancestors!.at(-1)!;
    gives.forEach((each, i) => {
      if (Math.floor(i / width) < 1 || i % width > 1) expect(each).toBe(0);
    });
    expect(seen.words.lines.join("\n")).toContain("strongest channel");
    expect([...seen.draw()].length).toBe(2);
    await model.dispose();
  });

  it("pass over branches", async () => {
    const model = new Model({ network: await networkKinds[1]!.open() }, runtime, { threads: 1 });
    const photo = noiseFeeds(model.network, 4);
    const seen = await model.view(fieldView, photo, { ancestors: true });
    expect(seen.result.ancestors!.length).toBeGreaterThan(3);
    for (const [, value] of seen.arrays())
      expect(toFloat32(value).data.every(Number.isFinite)).toBe(true);
    await model.dispose();
  });
});
