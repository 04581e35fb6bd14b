import { describe, expect, it } from "vitest";
import { describeShared, shared } from "../../test/shared.ts";
import { openOnnx } from "../../test/onnx-files.ts";
import {
  photoLayer,
  residualLayers,
  smallConfig,
  smallModel,
  smallNetwork,
} from "../../test/small-models.ts";
import type { Network } from "../model/network.ts";
import type { Mark, Picture } from "../plot/picture.ts";
import { toSvg } from "../plot/svg.ts";
import { architectureOf } from "./architecture/boxes.ts";
import { drawArchitecture } from "./architecture.ts";

const nested = smallNetwork([
  photoLayer(12),
  {
    type: "Functional",
    name: "base",
    config: smallConfig(
      [
        photoLayer(12),
        { type: "Conv2D", name: "conv", config: { filters: 2, kernel_size: [3, 3] } },
        { type: "Dropout", name: "drop", config: { rate: 0.5 } },
      ],
      "base",
    ).config,
  },
  { type: "Flatten", name: "flat" },
  { type: "Dense", name: "out", config: { units: 2 } },
]);

function textsOf(picture: Picture): string[] {
  const texts = (marks: readonly Mark[]): string[] =>
    marks.flatMap((mark) =>
      mark.kind === "group" ? texts(mark.marks) : mark.kind === "text" ? [mark.text] : [],
    );
  return texts(picture.marks);
}

const linksOf = (network: Network, fold = false) =>
  architectureOf(network, fold).links.map(({ from, to }) => `${from} > ${to}`);

describe("the boxes of an architecture", () => {
  const residual = smallNetwork(residualLayers);

  it("are the layers, linked by what they read: a layer that passes its input on hides nobody", () => {
    expect(linksOf(residual)).toEqual([
      "photo > conv",
      "conv > bn",
      "bn > act",
      "act > branch",
      "act > drop",
      "branch > branch_bn",
      "branch_bn > add",
      "act > add",
      "add > sum_act",
      "sum_act > narrow",
      "narrow > pool",
      "pool > classes",
    ]);
  });

  it("fold normalisation and activation into the layer before, but nothing that branches", () => {
    const { boxes } = architectureOf(residual, true);
    expect(boxes.map(({ id, title }) => `${id}: ${title}`)).toEqual([
      "photo: InputLayer",
      "conv: Conv2D + BN + relu",
      "branch: Conv2D + BN",
      "drop: Dropout",
      "add: Add + ReLU",
      "narrow: Conv2D",
      "pool: GlobalAveragePooling2D",
      "classes: Dense + softmax",
    ]);
    expect(linksOf(residual, true)).toContain("conv > add");
    const conv = boxes.find(({ id }) => id === "conv")!;
    expect(conv.parameters).toBe(3 * 3 * 3 * 4 + 4 + 16);
    expect(conv.shape).toBe("16 × 16 × 4");
  });

  it("lie in frames where models are nested, and links lead to the layers inside", () => {
    const { frames, boxes } = architectureOf(nested);
    expect(frames).toEqual([{ id: "base", className: "Functional", parameters: 56 }]);
    expect(boxes.map(({ id, frame }) => [id, frame])).toEqual([
      ["photo", undefined],
      ["base/conv", "base"],
      ["base/drop", "base"],
      ["flat", undefined],
      ["out", undefined],
    ]);
    expect(linksOf(nested)).toEqual([
      "photo > base/conv",
      "base/conv > base/drop",
      "base/drop > flat",
      "flat > out",
    ]);
  });

  it("say what is peculiar to a layer", () => {
    const details = new Map(architectureOf(residual).boxes.map(({ id, detail }) => [id, detail]));
    expect(details.get("conv")).toBe("3 × 3");
    expect(details.get("narrow")).toBe("3 × 3, stride 2");
    expect(details.get("drop")).toBe("rate 0.25");
    expect(details.get("add")).toBe("");
  });
});

describe("the picture of an architecture", () => {
  it("has class, name, output shape and parameters of every layer", () => {
    const texts = textsOf(drawArchitecture(smallNetwork(residualLayers)));
    for (const { name } of residualLayers) expect(texts).toContain(name);
    expect(texts).toEqual(expect.arrayContaining(["Conv2D", "16 × 16 × 4", "112 params"]));
    expect(texts.join(" ")).toContain("11 layers, 615 parameters");
  });

  it("names nested models on their frames, and the layers in them without the path", () => {
    const texts = textsOf(drawArchitecture(nested));
    expect(texts).toEqual(expect.arrayContaining(["base", "Functional, 56 params", "conv"]));
    expect(texts.join(" ")).toContain("1 nested model");
  });

  it("is the same for the same network, and its text stays text", () => {
    const svg = toSvg(drawArchitecture(smallNetwork(residualLayers), { fold: true }));
    expect(toSvg(drawArchitecture(smallNetwork(residualLayers), { fold: true }))).toBe(svg);
    expect(svg).toContain(">Conv2D + BN + relu</text>");
  });

  it("is never wider when it is folded", () => {
    const network = smallNetwork([
      photoLayer(12),
      { type: "Conv2D", name: "conv", config: { filters: 2, kernel_size: [3, 3] } },
      { type: "BatchNormalization", name: "a_name_of_some_length", config: {} },
      { type: "LeakyReLU", name: "another_one", config: {} },
      { type: "Flatten", name: "flat" },
    ]);
    const [plain, folded] = [false, true].map((fold) => drawArchitecture(network, { fold }));
    expect(folded!.width).toBeLessThanOrEqual(plain!.width);
    expect(textsOf(folded!)).toEqual(expect.arrayContaining(["3 × 3", "Conv2D + …LeakyReLU"]));
  });

  it("shows weights without a network as such", () => {
    const { network } = smallModel(residualLayers);
    const layers = network.layers
      .filter(({ weights }) => weights.length > 0)
      .map((layer) => ({ ...layer, inbound: [], reads: [], outputs: [] }));
    const texts = textsOf(drawArchitecture({ ...network, layers, inputs: [], outputs: [] }));
    expect(texts.join(" ")).toContain("weights without a network");
    expect(texts).toContain("3 × 3 × 3 × 4, 4");
  });
});

describeShared("models/onnx/light", "pictures of ONNX files", () => {
  it("link the branches of an inception network", async () => {
    const { network } = await openOnnx(shared("models/onnx/light/light_inception_v1.onnx"));
    const links = linksOf(network, true);
    expect(links.filter((link) => link.endsWith("> n23"))).toHaveLength(4);
    const { width, height } = drawArchitecture(network, { fold: true });
    expect(width / height).toBeGreaterThan(0.6);
    expect(width / height).toBeLessThan(2);
  });
});
