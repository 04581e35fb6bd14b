import { describe, expect, it } from "vitest";
import { residualLayers, smallNetwork } from "../../test/small-models.ts";
import { StriateError } from "../base/errors.ts";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { runtime } from "../runtime/node/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runtime as webRuntime } from "../runtime/web/index.ts";
import type { Way } from "./context.ts";
import { relative, verifyNetwork } from "./verify.ts";

const network = smallNetwork(residualLayers);
const feeds = noiseFeeds(network);
const plain: Way = { name: "plain", runtime, options: { threads: 1, optimize: "none" } };

/** An engine with a fault: what it makes of one layer is off by a little. */
const faulty = (address: string, error: number): Runtime => ({
  ...runtime,
  async open(graph, options) {
    const session = await runtime.open(graph, options);
    const value = network.layers.find((layer) => layer.address === address)!.outputs[0]!.value;
    return {
      inputs: session.inputs,
      outputs: session.outputs,
      device: session.device,
      async run(given) {
        const results = await session.run(given);
        const made = results[value];
        if (made) (made.data as Float32Array)[0]! += error;
        return results;
      },
      release: () => session.release(),
    };
  },
});

describe("verify", () => {
  it("finds a sound network equal in every way, layer by layer", async () => {
    const result = await verifyNetwork(network, feeds, [
      plain,
      { name: "optimised", runtime, options: { threads: 1, optimize: "all" } },
      { name: "WebAssembly", runtime: webRuntime, options: { threads: 1 } },
    ]);
    expect(result.ways.map(({ failed }) => failed)).toEqual([undefined, undefined, undefined]);
    const [, optimised] = result.ways;
    expect(optimised!.layers.map(({ address }) => address)).toEqual(
      residualLayers.map(({ name }) => name).filter((name) => !/^(photo|drop)$/.test(name)),
    );
    expect(optimised!.layers.every(({ magnitude }) => magnitude > 0)).toBe(true);
    expect(relative(result.worst!)).toBeLessThan(1e-5);
  });

  it("names the layer and the way of a difference", async () => {
    const bad = { name: "faulty", runtime: faulty("narrow", 0.01), options: { threads: 1 } };
    const { worst } = await verifyNetwork(network, feeds, [plain, bad]);
    expect(worst).toMatchObject({ address: "narrow", way: "faulty" });
    expect(worst!.largest).toBeCloseTo(0.01, 4);
  });

  it("takes a number that is none for the worst of all", async () => {
    const bad = { name: "faulty", runtime: faulty("pool", NaN), options: { threads: 1 } };
    const { worst } = await verifyNetwork(network, feeds, [plain, bad]);
    expect(worst).toMatchObject({ address: "pool", largest: NaN });
    expect(relative(worst!)).toBe(Infinity);
  });

  it("tells when outputs change because layers are asked for", async () => {
    let runs = 0;
    const moody: Runtime = {
      ...runtime,
      open: (graph, options) =>
        (++runs % 2 ? runtime : faulty("classes", 0.5)).open(graph, options),
    };
    const way = { name: "moody", runtime: moody, options: { threads: 1 } };
    const { ways, worst } = await verifyNetwork(network, feeds, [plain, way]);
    expect(ways[1]!.outputsAlone!.largest).toBeCloseTo(0.5, 3);
    expect(worst).toMatchObject({ address: "classes", way: "moody" });
  });

  it("goes on when a way cannot run the network, and says why", async () => {
    const broken: Runtime = {
      ...runtime,
      open: () => Promise.reject(new StriateError("the engine refused: no kernel")),
    };
    const way = { name: "broken", runtime: broken, options: {} };
    const result = await verifyNetwork(network, feeds, [plain, way]);
    expect(result.ways[1]!.failed).toBe("small: the engine refused: no kernel");
    expect(result.worst).toBeUndefined();
    await expect(verifyNetwork(network, feeds, [way, plain])).rejects.toThrow("no kernel");
  });

  it("refuses weights without a network", async () => {
    const weights = { ...network, outputs: [], layers: [] };
    await expect(verifyNetwork(weights, {}, [plain])).rejects.toThrow(/weights without a network/);
  });
});

describe("noise for a network", () => {
  it("is prepared as a photo, and the same for the same seed", () => {
    const { photo } = noiseFeeds(network, 3);
    expect(photo!.shape).toEqual([1, 16, 16, 3]);
    expect(Math.max(...(photo!.data as Float32Array))).toBeLessThanOrEqual(1);
    expect(noiseFeeds(network, 3)).toEqual({ photo });
    expect(noiseFeeds(network, 4)).not.toEqual({ photo });
  });

  it("fits inputs that are no photo, whole numbers among them", () => {
    const port = { order: [0, 1], value: "v" };
    const inputs = [
      { ...port, name: "words", type: "int32" as const, shape: [null, 5] },
      { ...port, name: "sound", type: "float32" as const, shape: ["N", "T"] },
    ];
    const { words, sound } = noiseFeeds({ ...network, inputs });
    expect([words!.type, words!.shape]).toEqual(["int32", [1, 5]]);
    expect([sound!.type, sound!.shape]).toEqual(["float32", [1, 16]]);
  });
});
