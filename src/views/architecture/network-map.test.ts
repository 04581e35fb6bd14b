import { describe, expect, it } from "vitest";
import { photoLayer, smallConfig, smallNetwork } from "../../../test/small-models.ts";
import { networkMap } from "./network-map.ts";

const inner = {
  type: "Functional",
  name: "base",
  config: smallConfig(
    [
      photoLayer(12),
      { type: "Conv2D", name: "conv", config: { filters: 2, kernel_size: [3, 3] } },
      { type: "ReLU", name: "relu", config: {} },
    ],
    "base",
  ).config,
};
const network = smallNetwork([
  photoLayer(12),
  inner,
  { type: "Flatten", name: "flat" },
  { type: "Dense", name: "out", config: { units: 2 } },
]);

describe("networkMap", () => {
  it("puts the layers of an open model into its frame, steps that belong together into one box", async () => {
    const { boxes, frames, links } = await networkMap(network);
    expect(frames.map(({ id, className }) => [id, className])).toEqual([["base", "Functional"]]);
    const conv = boxes.find(({ id }) => id === "base/conv")!;
    expect(conv.layers).toEqual(["base/conv", "base/relu"]);
    const [frame] = frames;
    expect(conv.x).toBeGreaterThan(frame!.x);
    expect(conv.y + conv.height).toBeLessThan(frame!.y + frame!.height);
    const flat = boxes.find(({ id }) => id === "flat")!;
    expect(flat.y).toBeGreaterThan(conv.y);
    // Its link ends at the middle of its head.
    const into = links.find(({ head }) => Math.abs(head[1] - flat.y) < 1)!;
    expect(into.head[0]).toBeCloseTo(flat.x + flat.width / 2, 0);
    expect(into.top).toBeLessThan(into.bottom);
  });

  it("has a closed model as one box, which says how many layers are inside", async () => {
    const { boxes, frames, links } = await networkMap(network, ["base"]);
    expect(frames).toEqual([]);
    const base = boxes.find(({ id }) => id === "base")!;
    expect(base.inside).toBe(2);
    expect(boxes.every(({ id }) => !id.startsWith("base/"))).toBe(true);
    // What fed the model, and what it feeds, are linked to the box.
    expect(links).toHaveLength(boxes.length - 1);
    expect(links.some(({ head }) => Math.abs(head[1] - base.y) < 1)).toBe(true);
  });
});
