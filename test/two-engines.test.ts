import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Model } from "../src/api/model.ts";
import { openModel } from "../src/api/open-model.ts";
import { readImage } from "../src/api/read-image.ts";
import { type Tensor, toFloat32 } from "../src/base/tensor.ts";
import { runtime as native } from "../src/runtime/node/index.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { runtime as webAssembly } from "../src/runtime/web/index.ts";

const root = new URL("../", import.meta.url);
const convs = ["conv2d", "conv2d_1", "conv2d_2", "conv2d_3"];

/** What the native engine and WebAssembly make of one photo: docs/decisions/gradients.md has the figures. */
describe("two engines round otherwise", () => {
  const seen: { values: Tensor[]; slopes: Float32Array }[] = [];

  beforeAll(async () => {
    const { network } = await openModel(fileURLToPath(new URL("models/cat_vs_dog.h5", root)));
    const dog = await readImage(fileURLToPath(new URL("node_modules/dog-picture/dog.jpg", root)));
    for (const engine of [native, webAssembly] as Runtime[]) {
      const model = new Model({ network }, engine, { threads: 1 });
      const feeds = model.feeds(dog);
      const names = convs.map(
        (address) => network.layers.find((layer) => layer.address === address)!.outputs[0]!.value,
      );
      const values = await model.running.run(feeds, names);
      const slopes = toFloat32(await model.gradient(feeds, { of: "class:1" })).data;
      seen.push({ values, slopes });
      await model.dispose();
    }
  });
  afterAll(() => void (seen.length = 0));

  it.each(convs.map((name, i) => [name, i] as const))(
    "%s: a pool chooses another value only where two differ by less than rounding",
    (_, i) => {
      const [a, b] = seen.map(({ values }) => toFloat32(values[i]!).data);
      const { flips, widest, furthest } = otherWinners(a!, b!, seen[0]!.values[i]!.shape);
      expect(furthest).toBeLessThan(2e-6);
      expect(widest).toBeLessThan(2e-6);
      expect(flips).toBeLessThan(a!.length / 4 / 5000);
    },
  );

  it("so that gradients by the photo part in few places, as those of PyTorch and TensorFlow do", () => {
    const [a, b] = seen.map(({ slopes }) => slopes);
    const largest = a!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const away = a!.map((value, i) => Math.abs(value - b![i]!) / largest);
    const rms = Math.sqrt(away.reduce((sum, value) => sum + value * value, 0) / away.length);
    expect(rms).toBeLessThan(3e-3);
    expect(away.filter((value) => value > 1e-4).length / away.length).toBeLessThan(0.02);
  });
});

/** Windows of 2 x 2 in which another element is the largest; distances as shares of the layer's largest value. */
function otherWinners(a: Float32Array, b: Float32Array, shape: readonly number[]) {
  const [, channels, height, width] = shape as [number, number, number, number];
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const furthest = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  let [flips, widest] = [0, 0];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y + 1 < height; y += 2)
      for (let x = 0; x + 1 < width; x += 2) {
        const first = (c * height + y) * width + x;
        const window = [first, first + 1, first + width, first + width + 1];
        const winner = (of: Float32Array) =>
          window.reduce((best, at) => (of[at]! > of[best]! ? at : best));
        const [i, j] = [winner(a), winner(b)];
        if (i === j) continue;
        flips++;
        widest = Math.max(widest, a[i]! - a[j]!, b[j]! - b[i]!);
      }
  return { flips, widest: widest / largest, furthest: furthest / largest };
}
