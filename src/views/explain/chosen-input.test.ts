import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { float32, toFloat32 } from "../../base/tensor.ts";
import { layers } from "../../layers/create.ts";
import { applyBlock, buildFunctional, buildInput } from "../../model/build.ts";
import { lowerModel } from "../../model/lowering/lower.ts";
import { RunningNetwork } from "../../model/running.ts";
import { runtime } from "../../runtime/node/index.ts";
import { viewContext } from "../context.ts";
import { smallOnnx } from "../../../test/small-onnx.ts";
import type { AnyView } from "../define-view.ts";
import { runView } from "../run-view.ts";
import type { Explanation } from "./explanation.ts";
import { eigenCamView } from "./eigen-cam-view.ts";
import { gradientView } from "./gradient-view.ts";
import { integratedGradientsView } from "./integrated-gradients-view.ts";
import { occlusionView } from "./occlusion-view.ts";
import { scoreCamView } from "./score-cam-view.ts";

/** Two photos that go through kernels of their own, to two classes. */
function twoPhotos(): RunningNetwork {
  const inputs = ["left", "right"].map((name) => buildInput({ shape: [8, 8, 3], name }));
  const maps = inputs.map((input, i) =>
    applyBlock(layers.conv2d({ filters: 3, kernelSize: 3, name: `conv${i}` }), input),
  );
  const sides = maps.map((map) => applyBlock(layers.globalAveragePooling2d(), map));
  const head = applyBlock(layers.dense({ units: 2, activation: "softmax" }), [
    applyBlock(layers.concatenate(), sides),
  ]);
  const model = buildFunctional({ inputs, outputs: [head] }, { seed: 2 });
  const network = lowerModel(model, {
    origin: { format: "Keras v3", dialect: "Keras 3", writer: "" },
  });
  return new RunningNetwork(network, runtime, { threads: 1 });
}

const random = new Random(5);
const noise = () =>
  float32(
    [1, 8, 8, 3],
    Float32Array.from({ length: 192 }, () => random.uniform()),
  );

describe("a network that takes two photos", () => {
  const inputs = { left: noise(), right: noise() };
  const see = (view: unknown, photoInput: string | undefined, asks: object = {}) =>
    runView(
      view as AnyView,
      viewContext(running),
      { name: "pair", inputs, preparation: "as given", photoInput },
      { target: "logit:1", ...asks },
    );
  const running = twoPhotos();

  it("is explained by the one that is looked at", async () => {
    for (const name of ["left", "right"] as const) {
      const of = (seen: Awaited<ReturnType<typeof see>>, array: string) =>
        toFloat32(seen.arrays().get(array)!).data;
      const slopes = of(await see(gradientView, name), "logit1/gradient");
      // The network is linear up to its logits: what the photo adds to them is its gradient times itself.
      const whole = await see(integratedGradientsView, name, { steps: 2 });
      const parts = toFloat32(inputs[name]).data.map((value, i) => value * slopes[i]!);
      const added = of(whole, "logit1/score_minus_baseline_score")[0]!;
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(added, 5);
      expect(Math.abs(added)).toBeGreaterThan(1e-3);
      await see(scoreCamView, name);
    }
  });

  it("says what to do where nobody says which", async () => {
    await expect(see(gradientView, undefined)).rejects.toThrow(
      'looks at one input with places, and the network takes "left" (1, 8, 8, 3) and "right"',
    );
  });

  it("takes any baseline: nothing is added on the way from the photo to itself", async () => {
    const [own] = [float32([8, 8, 3], toFloat32(inputs.left).data)];
    const seen = await see(integratedGradientsView, "left", { baseline_values: own, steps: 2 });
    const parts = toFloat32(seen.arrays().get("logit1/integrated_gradients_gausslegendre")!).data;
    expect(Math.max(...parts.map(Math.abs))).toBe(0);
    expect(seen.words.lines.join(" ")).toContain("from the baseline that was given");
    const wrong = float32([4, 4, 3], new Float32Array(48));
    await expect(see(integratedGradientsView, "left", { baseline_values: wrong })).rejects.toThrow(
      "the baseline should be (8, 8, 3)",
    );
  });
});

describe("an ONNX file that takes one picture and no batch", () => {
  it("is explained as others are, in one run and in many", async () => {
    const network = await smallOnnx({ image: [9, 8, 3] }, (b) => {
      const first = b.op("Transpose", ["image"], { perm: [2, 0, 1] });
      const kernels = b.f32(
        Array.from({ length: 54 }, (_, i) => ((i * 7) % 11) - 5),
        [2, 3, 3, 3],
      );
      const maps = b.op("Conv", [b.op("Unsqueeze", [first, b.i64([0])]), kernels]);
      return [b.op("Reshape", [b.op("GlobalAveragePool", [maps]), b.i64([2])])];
    });
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const numbers = Float32Array.from({ length: 216 }, () => random.uniform());
    const image = float32([1, 9, 8, 3], numbers);
    const subject = { name: "x", inputs: { image }, preparation: "as given" };
    const seen = (view: unknown, asks: object) =>
      runView(view as AnyView, viewContext(running), subject, { target: "logit:1", ...asks });
    const slopes = (await seen(gradientView, {})).arrays().get("logit1/gradient")!;
    expect(slopes.shape).toEqual([9, 8, 3]);
    // What the network makes of the photo is linear: its score is the gradient times the photo.
    const parts = toFloat32(slopes).data.map((slope, i) => slope * numbers[i]!);
    const whole = parts.reduce((sum, part) => sum + part, 0);
    const { target } = (await seen(gradientView, {})).result as Explanation;
    expect(target.score).toBeCloseTo(whole, 4);
    const path = await seen(integratedGradientsView, { steps: 3 });
    const added = path.arrays().get("logit1/score_minus_baseline_score")!;
    expect(toFloat32(added).data[0]).toBeCloseTo(whole, 4);
    const { maps } = (await seen(occlusionView, { window: 3 })).result as Explanation;
    expect(maps[0]!.values.some((value) => value !== 0)).toBe(true);
    await running.release();
  });
});

describe("an ONNX file that takes photos with the channels last, as Keras exports them", () => {
  it("is explained place by place", async () => {
    const network = await smallOnnx({ image: ["N", 9, 8, 3] }, (b) => {
      const maps = b.op("Conv", [
        b.op("Transpose", ["image"], { perm: [0, 3, 1, 2] }),
        b.f32(
          Array.from({ length: 54 }, (_, i) => ((i * 7) % 11) - 5),
          [2, 3, 3, 3],
        ),
      ]);
      return [b.op("Flatten", [b.op("GlobalAveragePool", [b.op("Relu", [maps])])])];
    });
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const image = float32(
      [1, 9, 8, 3],
      Float32Array.from({ length: 216 }, () => random.uniform()),
    );
    const subject = { name: "x", inputs: { image }, preparation: "as given" };
    for (const view of [gradientView, occlusionView, scoreCamView] as unknown as AnyView[]) {
      const asks = { target: "logit:1", ...("window" in view.asks && { window: 2 }) };
      const seen = await runView(view, viewContext(running), subject, asks);
      const { maps } = seen.result as Explanation;
      if (view.id !== "score-cam") expect([maps[0]!.height, maps[0]!.width]).toEqual([9, 8]);
      const slopes = seen.arrays().get("logit1/gradient");
      if (slopes) expect(slopes.shape).toEqual([9, 8, 3]);
    }
    await running.release();
  });
});

describe("a network that takes a list of numbers, and makes maps of it", () => {
  it("is explained by its maps, and its input stays the list that it is", async () => {
    const network = await smallOnnx({ list: ["N", 36] }, (b) => {
      const picture = b.op("Reshape", ["list", b.i64([0, 1, 6, 6])]);
      const maps = b.op("Conv", [
        picture,
        b.f32(
          Array.from({ length: 18 }, (_, i) => (i % 5) - 2),
          [2, 1, 3, 3],
        ),
      ]);
      return [b.op("Flatten", [b.op("GlobalAveragePool", [b.op("Relu", [maps])])])];
    });
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const list = float32(
      [1, 36],
      Float32Array.from({ length: 36 }, () => random.uniform()),
    );
    const subject = { name: "x", inputs: { list }, preparation: "as given" };
    const seen = await runView(eigenCamView as unknown as AnyView, viewContext(running), subject, {
      target: "logit:1",
    });
    const { maps } = seen.result as Explanation;
    expect([maps[0]!.height, maps[0]!.width]).toEqual([4, 4]);
    expect(seen.arrays().get("input")!.shape).toEqual([1, 36]);
    await running.release();
  });
});
