import { describe, expect, it } from "vitest";
import { Model } from "../../api/model.ts";
import { StriateError } from "../../base/errors.ts";
import { toFloat32 } from "../../base/tensor.ts";
import { Random } from "../../base/random.ts";
import { photoSubject } from "../../api/view-subject.ts";
import { noiseFeeds, noiseImage } from "../../model/photo/noise-input.ts";
import { runtime } from "../../runtime/node/index.ts";
import { networkKinds } from "../../../test/network-kinds.ts";
import { gradCamView } from "../explain/grad-cam-view.ts";
import { comparisonView } from "./comparison-view.ts";
import { methodsNamed } from "./methods.ts";
import { otherSide } from "./other-side.ts";

async function open() {
  const kind = networkKinds[0]!;
  const model = new Model({ network: await kind.open() }, runtime, { threads: 1 });
  return { model, photo: noiseFeeds(model.network, 3) };
}

describe("a comparison", () => {
  it("has a map for each method, target and layer, with the numbers of the methods themselves", async () => {
    const { model, photo } = await open();
    const seen = await model.view(comparisonView, photo, {
      methods: "grad-cam,gradient",
      targets: "class:dog,class:cat",
      layer: "conv",
    });
    const { maps, pairs } = seen.result;
    // Two layers of Grad-CAM and one map of pixels for each of two targets.
    expect(maps.map(({ method }) => method)).toEqual([
      ...["grad-cam", "grad-cam", "gradient"],
      ...["grad-cam", "grad-cam", "gradient"],
    ]);
    expect(pairs.length).toBe(15);
    const own = await model.view(gradCamView, photo, { target: "class:dog", layer: "conv" });
    const arrays = seen.arrays();
    for (const [name, value] of own.arrays())
      expect(toFloat32(arrays.get(name)!).data, name).toEqual(toFloat32(value).data);
    // The gradient of cat is that of dog turned over.
    const turned = pairs.find(({ a, b }) => a === 2 && b === 5)!;
    expect(turned.rankCorrelation).toBeCloseTo(-1, 3);
    expect(seen.words.lines.join("\n")).toContain("rank correlation");
    await model.dispose();
  });

  it("of a network against itself finds that all agree", async () => {
    const { model, photo } = await open();
    const other = (await open()).model;
    const seen = await model.view(comparisonView, photo, {
      methods: "grad-cam",
      against: other.network,
    });
    expect(seen.result.maps.map(({ network }) => network)).toHaveLength(2);
    expect(new Set(seen.result.maps.map(({ network }) => network)).size).toBe(2);
    expect(seen.result.pairs[0]!.rankCorrelation).toBeCloseTo(1, 6);
    await model.dispose();
  });

  it("prepares a photo for the other network as the caller chose for both", async () => {
    const { model } = await open();
    const [, height, width] = model.network.inputs[0]!.shape as number[];
    const image = noiseImage(height! + 7, width! + 2, new Random(2));
    const preprocessing = { scale: "none", fit: "pad" } as const;
    const photo = photoSubject(model, image, { preprocessing });
    const other = otherSide(model.running, model.network, [photo]);
    expect(other.photos[0]!.inputs).toEqual(photo.inputs);
    expect(other.photos[0]!.preparation).toBe(photo.preparation);
    await model.dispose();
  });

  it("passes a method's own options on, and refuses what none has", async () => {
    const { model, photo } = await open();
    const scores = async (window: number) => {
      const seen = await model.view(comparisonView, photo, { methods: "occlusion", window });
      return [...seen.arrays()].find(([name]) => name.endsWith("_score"))![1].shape;
    };
    expect(await scores(4)).toEqual([4, 4]);
    expect(await scores(8)).toEqual([2, 2]);
    const wrong = model.view(comparisonView, photo, { methods: "grad-cma" });
    await expect(wrong).rejects.toThrow('no method "grad-cma"; nearest: grad-cam');
    await model.dispose();
  });

  it("names the method that cannot, and shows the others", async () => {
    const { model, photo } = await open();
    const seen = await model.view(comparisonView, photo, {
      methods: "grad-cam,gradient",
      layer: "dense",
    });
    expect(seen.result.maps.map(({ method }) => method)).toEqual(["gradient"]);
    expect(seen.words.caption).toContain("needs a layer with maps");
    const alone = model.view(comparisonView, photo, { methods: "grad-cam", layer: "dense" });
    await expect(alone).rejects.toThrow(StriateError);
    await model.dispose();
  });

  it("passes over an empty name between commas, and names what is no method", () => {
    expect(methodsNamed("grad-cam,, gradient").map(({ id }) => id)).toEqual([
      "grad-cam",
      "gradient",
    ]);
    expect(() => methodsNamed(",")).toThrow("methods: give one, or several with commas: gradient");
    expect(() => methodsNamed("gradcam")).toThrow(/no method "gradcam"; nearest: grad-cam,/);
  });
});
