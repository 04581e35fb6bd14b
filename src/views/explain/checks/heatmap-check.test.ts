import { expect, it } from "vitest";
import type { Model } from "../../../api/model.ts";
import { float32 } from "../../../base/tensor.ts";
import { layers, sequential } from "../../../index.ts";
import { viewContext } from "../../context.ts";
import { runView } from "../../run-view.ts";
import { gradCamView } from "../grad-cam-view.ts";
import { areaUnder } from "./removal-curves.ts";

/** A network that answers to brightness in the upper left quarter and to nothing else. */
async function cornerNetwork(): Promise<Model> {
  const model = sequential([
    layers.conv2d({
      filters: 1,
      kernelSize: 1,
      useBias: false,
      inputShape: [8, 8, 1],
      name: "conv",
    }),
    layers.flatten(),
    layers.dense({ units: 1, activation: "sigmoid", name: "head" }),
  ]);
  for (const [address, { value }] of model.network.weights) {
    const tensor = model.network.graph.initializers.get(value)! as { data: Float32Array };
    if (address === "conv/kernel") tensor.data.fill(1);
    if (address === "head/kernel")
      tensor.data.forEach(
        (_, i) => (tensor.data[i] = Math.floor(i / 8) < 4 && i % 8 < 4 ? 0.5 : 0),
      );
  }
  return model;
}

it("says what covering the brightest tenth does to the probability, beside chance", async () => {
  const model = await cornerNetwork();
  const values = Float32Array.from({ length: 64 }, (_, i) => (i % 2 ? 0.9 : 1));
  values[63] = 0;
  const subject = {
    name: "corner",
    inputs: { [model.network.inputs[0]!.name]: float32([1, 8, 8, 1], values) },
    preparation: "as given",
    labels: ["not", "corner"],
  };
  const context = viewContext(model.running, { seed: 1 });
  const seen = await runView(gradCamView, context, subject, {
    check: "curves",
    target: "class:corner",
  });
  expect(seen.words.caption).toMatch(
    /Removing the brightest tenth \(conv\) (lowers|raises|leaves) corner .* %; random tenths: .* %/,
  );
  const [map] = seen.result.maps;
  expect(map!.check!.deletionArea).toBeGreaterThan(0);
  const { data } = seen.arrays().get("corner/conv/grad-cam_check/deletion")!;
  expect((data as Float32Array)[0]).toBeCloseTo(
    seen.result.target.score > 0 ? 1 / (1 + Math.exp(-seen.result.target.score)) : 0,
    5,
  );
  await model.dispose();
});

it("measures the area under a curve by trapezoids", () => {
  expect(areaUnder(Float32Array.of(0, 0.5, 1), Float32Array.of(1, 1, 0))).toBeCloseTo(0.75, 6);
});
