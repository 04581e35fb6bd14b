import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadModel } from "../../api/load-model.ts";
import { float32 } from "../../base/tensor.ts";
import { eigenGradCamView } from "./eigen-grad-cam-view.ts";

const data = (name: string) => new URL(`../../../fixtures/data/${name}`, import.meta.url);

/** What pytorch-grad-cam makes of the same network (fixtures/eigen_grad_cam.py). */
const expected = JSON.parse(readFileSync(data("eigen-grad-cam.json"), "utf8")) as {
  shape: number[];
  cases: { layer: "first" | "last"; target: number; raw: number[] }[];
};

it("is pytorch-grad-cam's, at every layer and for every class, but for the sign", async () => {
  const model = await loadModel(readFileSync(data("eigen-grad-cam.onnx")));
  const size = expected.shape.reduce((product, length) => product * length, 1);
  const photo = Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 2003) / 2003);
  const image = float32(expected.shape, photo);
  const layers = model.network.layers.filter(({ kind }) => kind === "activation");
  const named = { first: layers[0]!.address, last: layers[1]!.address };
  for (const { layer, target, raw } of expected.cases) {
    const asks = { layer: named[layer], target: `logit:${target}` };
    const { result } = await model.view(eigenGradCamView, image, asks);
    const [map] = result.maps;
    const largest = Math.max(...raw.map(Math.abs));
    const sign = Math.sign(raw.find((value) => Math.abs(value) === largest)!);
    const found = Array.from(map!.values);
    expect(Math.max(...found), "the largest is positive").toBeCloseTo(largest, 5);
    raw.forEach((value, i) => expect(found[i]! / largest).toBeCloseTo((sign * value) / largest, 4));
  }
  await model.dispose();
});
