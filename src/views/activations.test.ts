import { describe, expect, it } from "vitest";
import { photoLayer, residualLayers, smallNetwork } from "../../test/small-models.ts";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { RunningNetwork } from "../model/running.ts";
import { runtime } from "../runtime/node/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { computeActivations } from "./activations.ts";

const network = smallNetwork(residualLayers);
const feeds = noiseFeeds(network);

/** The runtime, with the number of nodes of each graph that it opens. */
function counting(): { runtime: Runtime; nodes: number[] } {
  const nodes: number[] = [];
  const open: Runtime["open"] = (graph, options) => {
    if (!(graph instanceof Uint8Array)) nodes.push(graph.nodes.length);
    return runtime.open(graph, options);
  };
  return { nodes, runtime: { ...runtime, open } };
}

async function activationsOf(groupBytes?: number) {
  const engine = counting();
  const running = new RunningNetwork(network, engine.runtime, { threads: 1 });
  const result = await computeActivations(running, feeds, "all", groupBytes);
  await running.release();
  const tensors = result.activations.map(({ address, tensor }) => ({ address, tensor }));
  return { tensors, outputs: result.outputs, nodes: engine.nodes };
}

describe("large activations", () => {
  it("are taken from the engine part by part, and are the same", async () => {
    const whole = await activationsOf();
    const parts = await activationsOf(1);
    expect(whole.nodes).toHaveLength(1);
    expect(parts.nodes).toHaveLength(whole.tensors.length);
    parts.tensors.forEach(({ address, tensor }, i) => {
      const want = whole.tensors[i]!;
      expect([address, tensor.shape]).toEqual([want.address, want.tensor.shape]);
      (tensor.data as Float32Array).forEach((value, k) =>
        expect(value).toBeCloseTo(want.tensor.data[k] as number, 5),
      );
    });
    expect(parts.outputs.map(({ shape }) => shape)).toEqual(
      whole.outputs.map(({ shape }) => shape),
    );
  });

  it("are computed once: no part computes again what an earlier one gave", async () => {
    const [whole, parts] = [await activationsOf(), await activationsOf(1)];
    // An Identity each for the input and for what is asked for again.
    const extra = network.layers.length;
    expect(parts.nodes.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(
      whole.nodes[0]! + extra,
    );
  });
});

describe("the class of a layer", () => {
  it("says that its activation is a layer behind it, where nothing else reads past that", async () => {
    const conv = (name: string, filters = 2) => ({
      type: "Conv2D",
      name,
      config: { filters, kernel_size: [1, 1] },
    });
    const relu = (name: string, of: string) => ({ type: "ReLU", name, reads: [of] });
    const both = { type: "Add", name: "add", reads: ["a_relu", "b", "b_relu"] };
    const chain = [conv("a"), relu("a_relu", "a"), conv("b"), relu("b_relu", "b"), both];
    const of = smallNetwork([photoLayer(4), ...chain]);
    const running = new RunningNetwork(of, runtime, { threads: 1 });
    const { activations } = await computeActivations(running, noiseFeeds(of), "a,b");
    await running.release();
    expect(activations.map(({ className }) => className)).toEqual([
      "Conv2D, before ReLU",
      "Conv2D",
    ]);
  });
});
