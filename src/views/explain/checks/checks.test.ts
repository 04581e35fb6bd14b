import { describe, expect, it } from "vitest";
import { Model } from "../../../api/model.ts";
import { Random } from "../../../base/random.ts";
import { float32, toFloat32 } from "../../../base/tensor.ts";
import { layers, sequential } from "../../../index.ts";
import { runtime } from "../../../runtime/node/index.ts";
import { networkKinds } from "../../../../test/network-kinds.ts";
import { noiseFeeds } from "../../../model/photo/noise-input.ts";
import { gradCamView } from "../grad-cam-view.ts";
import { inputXGradientView } from "../input-x-gradient-view.ts";
import { learnedLayers, shuffledNetwork } from "./shuffled-network.ts";

const open = async (index: number) =>
  new Model({ network: await networkKinds[index]!.open() }, runtime, { threads: 1 });

describe("checks of a heatmap", () => {
  it("sensitivity-n of input x gradient is exact where the network is linear", async () => {
    const model = sequential([
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [16, 16, 1] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ]);
    const photo = noiseFeeds(model.network, 2);
    const [name, value] = Object.entries(photo)[0]!;
    // Zero has to lie within the photo's range: what is taken out becomes zero.
    const { data, shape } = toFloat32(value);
    const inputs = { [name]: float32(shape, Float32Array.from(data, Math.abs)) };
    (inputs[name]!.data as Float32Array)[0] = 0;
    const asks = { target: "class:1", check: "sensitivity-n" };
    const { result } = await model.view(inputXGradientView, inputs, asks);
    const { correlations } = result.maps[0]!.check!.sensitivityN!;
    for (const correlation of correlations) expect(correlation).toBeGreaterThan(0.9999);
    await model.dispose();
  });

  it("randomisation shuffles from the output back, and leaves the network as it was", async () => {
    const model = await open(1);
    const photo = noiseFeeds(model.network, 2);
    const before = await model.predict(photo);
    const seen = await model.view(gradCamView, photo, { check: "randomisation", layer: "last" });
    const stages = seen.result.maps[0]!.check!.randomisation!;
    const learned = learnedLayers(model.network).map(({ address }) => address);
    expect(stages.map(({ layer }) => learned.indexOf(layer))).toEqual(
      stages.map(({ layer }) => learned.indexOf(layer)).toSorted((a, b) => a - b),
    );
    expect(stages.at(-1)!.layer).toBe(learned.at(-1));
    expect((await model.predict(photo)).data).toEqual(before.data);
    expect([...seen.draw()].map(({ name }) => name)).toEqual([
      "input-grad-cam",
      "input-grad-cam-randomisation",
    ]);
    expect(JSON.stringify(seen.json)).toContain('"randomisation":[{"layer":');
    await model.dispose();
  });

  it("shuffles the values of each tensor among themselves, the same way for a seed", async () => {
    const model = await open(1);
    const { network } = model;
    const some = learnedLayers(network).slice(0, 2);
    const other = shuffledNetwork(network, some, new Random(3));
    const names = new Set(
      some.flatMap(({ weights }) => weights.map((each) => network.weights.get(each)!.value)),
    );
    let moved = 0;
    for (const [name, { data }] of network.graph.initializers) {
      const now = other.graph.initializers.get(name)!.data as Float32Array;
      const was = data as Float32Array;
      if (names.has(name)) {
        expect([...now].sort(), name).toEqual([...was].sort());
        if (now.some((value, i) => value !== was[i])) moved++;
      } else expect(now).toBe(was);
    }
    expect(moved).toBeGreaterThan(0);
    expect(shuffledNetwork(network, some, new Random(3)).graph.initializers).toEqual(
      other.graph.initializers,
    );
    await model.dispose();
  });

  it("all says the words of each, with true for the curves alone", async () => {
    const model = await open(0);
    const photo = noiseFeeds(model.network, 2);
    const words = async (check: unknown) =>
      (await model.view(gradCamView, photo, { check } as never)).words.caption;
    const all = await words("all");
    for (const said of [/brightest tenth/, /ROAD/, /Sensitivity-n/, /shuffled/])
      expect(all).toMatch(said);
    expect(await words(true)).toContain("brightest tenth");
    expect(await words(false)).not.toContain("brightest tenth");
    await model.dispose();
  });
});
