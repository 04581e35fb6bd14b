import { describe, expect, it } from "vitest";
import {
  type SmallLayer,
  photoLayer,
  residualLayers,
  smallModel,
} from "../../test/small-models.ts";
import type { OpenedModel } from "../formats/format.ts";
import { onnx } from "../formats/onnx.ts";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { RunningNetwork } from "../model/running.ts";
import type { Mark, Picture } from "../plot/picture.ts";
import { runtime } from "../runtime/node/index.ts";
import { relativeDifference } from "../base/compare-tensors.ts";
import { type DiffSide, diffNetworks } from "./diff.ts";
import { drawDifference } from "./diff/draw-difference.ts";

const side = ({ network }: OpenedModel): DiffSide => ({
  running: new RunningNetwork(network, runtime, { threads: 1 }),
  feeds: noiseFeeds(network),
});

/** The same model as an ONNX file, as others write it: without our names on the nodes. */
async function asOnnx(model: OpenedModel, rename = false): Promise<OpenedModel> {
  const [file] = await onnx.writer!.write(model, "small.onnx");
  const sibling = () => Promise.reject(new Error("no other file"));
  const opened = await onnx.read({ name: "small.onnx", bytes: file!.bytes, sibling });
  if (rename)
    for (const [i, layer] of opened.network.layers.entries())
      if (layer.kind !== "input") layer.address = `node_${i}`;
  return opened;
}

/** A model whose layer of the given name has other weights. */
function changed(model: OpenedModel, layer: string, by: number): OpenedModel {
  const { graph, weights } = model.network;
  const { value } = weights.get(`${layer}/kernel`)!;
  const kernel = graph.initializers.get(value)!;
  const data = Float32Array.from(kernel.data as Float32Array, (v, i) => v + (i % 3 ? 0 : by));
  const initializers = new Map(graph.initializers).set(value, { ...kernel, data });
  return { ...model, network: { ...model.network, graph: { ...graph, initializers } } };
}

const model = smallModel(residualLayers);
const own = side(model);

describe("diff", () => {
  it("finds a Keras file and its ONNX form equal, layer by layer", async () => {
    const { pairs, departs, onlyA, onlyB } = await diffNetworks(own, side(await asOnnx(model)));
    expect(pairs.map(({ a, b }) => [a, b])).toContainEqual(["branch_bn", "branch_bn"]);
    expect(pairs.map(({ a, b }) => [a, b])).toContainEqual([
      "classes (before softmax)",
      "classes/Gemm",
    ]);
    expect([departs, onlyA, onlyB]).toEqual([undefined, [], []]);
    for (const pair of pairs) {
      expect(relativeDifference(pair), pair.a).toBeLessThan(1e-5);
      expect(pair.cosine, pair.a).toBeCloseTo(1, 6);
    }
  });

  it("aligns layers that have other names, by size and kind in their order", async () => {
    const other = await asOnnx(model, true);
    const { pairs, onlyA } = await diffNetworks(own, side(other));
    expect(onlyA).toEqual([]);
    expect(pairs).toHaveLength(11);
    for (const pair of pairs) expect(relativeDifference(pair), pair.a).toBeLessThan(1e-5);
  });

  it("names the first layer that departs", async () => {
    const { pairs, departs } = await diffNetworks(own, side(changed(model, "branch", 0.1)));
    expect(departs?.a).toBe("branch");
    const before = pairs.slice(0, pairs.indexOf(departs!));
    expect(before.map(({ a }) => a)).toEqual(["conv", "bn", "act"]);
    for (const { largest } of before) expect(largest).toBe(0);
    expect(departs!.cosine).toBeLessThan(1);
  });

  it("lets small differences pass, and none where the tolerance is none", async () => {
    const other = side(changed(model, "conv", 1e-5));
    expect((await diffNetworks(own, other)).departs).toBeUndefined();
    expect((await diffNetworks(own, other, { tolerance: 0 })).departs?.a).toBe("conv");
  });

  it("compares a convolution with its normalisation to one that holds both", async () => {
    const conv = { filters: 4, kernel_size: [3, 3], padding: "same" };
    const folded: SmallLayer[] = [
      photoLayer(16),
      { type: "Conv2D", name: "c1", config: { ...conv, activation: "relu" } },
      { type: "GlobalAveragePooling2D", name: "g" },
    ];
    const { pairs, onlyA, onlyB } = await diffNetworks(own, side(smallModel(folded, 2)));
    expect(pairs.slice(0, 2).map(({ a, b }) => [a, b])).toEqual([
      ["bn", "c1 (before relu)"],
      ["act", "c1"],
    ]);
    expect(onlyA).toContain("branch_bn");
    expect(onlyA).not.toContain("conv");
    expect(onlyB).toEqual(["g"]);
  });

  it("says so when networks have nothing in common", async () => {
    const other: SmallLayer[] = [
      photoLayer(9),
      { type: "Conv2D", name: "only", config: { filters: 5, kernel_size: [3, 3] } },
    ];
    await expect(diffNetworks(own, side(smallModel(other)))).rejects.toThrow(
      /no layers of one size and kind/,
    );
  });
});

describe("the picture of a difference", () => {
  const textsOf = (picture: Picture): string[] => {
    const texts = (marks: readonly Mark[]): string[] =>
      marks.flatMap((mark) =>
        mark.kind === "group" ? texts(mark.marks) : mark.kind === "text" ? [mark.text] : [],
      );
    return texts(picture.marks);
  };
  const images = (marks: readonly Mark[]): number =>
    marks.reduce(
      (sum, mark) =>
        sum + (mark.kind === "group" ? images(mark.marks) : mark.kind === "image" ? 1 : 0),
      0,
    );

  it("shows each map of both networks and the difference, each kind on its own scale", async () => {
    const { departs } = await diffNetworks(own, side(changed(model, "branch", 0.1)));
    const picture = drawDifference(departs!, { names: ["a.h5", "b.h5"] });
    // Three for each of four maps, and two legends.
    expect(images(picture.marks)).toBe(3 * 4 + 2);
    const texts = textsOf(picture);
    expect(texts.filter((text) => text === "B − A")).toHaveLength(5);
    expect(texts.join(" ")).toContain("A is a.h5, B is b.h5.");
    expect(texts.join(" ")).toMatch(/The largest differences are in maps \d, \d, \d, \d\./);
  });

  it("says of equal maps that they are", async () => {
    const { pairs } = await diffNetworks(own, side(await asOnnx(model)));
    const texts = textsOf(drawDifference(pairs[0]!, { names: ["a", "b"] }));
    expect(texts.filter((text) => text === "equal")).toHaveLength(4);
    expect(texts.join(" ")).toContain("All 4 maps are equal.");
  });

  it("draws units in rows where a layer makes no maps", async () => {
    const { pairs } = await diffNetworks(own, side(changed(model, "branch", 0.1)));
    const picture = drawDifference(pairs.at(-1)!, { names: ["a", "b"], theme: "dark" });
    expect(images(picture.marks)).toBe(3 + 2);
    expect(textsOf(picture)).toContain("unit 0 to 2");
  });
});
