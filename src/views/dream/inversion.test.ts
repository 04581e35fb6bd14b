import { expect, it } from "vitest";
import { RunningNetwork } from "../../model/running.ts";
import { noiseFeeds } from "../../model/photo/noise-input.ts";
import { runtime } from "../../runtime/node/index.ts";
import { networkKinds } from "../../../test/network-kinds.ts";
import { viewContext } from "../context.ts";
import { runView } from "../run-view.ts";
import { Nearness } from "./inversion.ts";
import { inversionView } from "./inversion-view.ts";
import { PictureInput } from "./picture-input.ts";

const network = await networkKinds[0]!.open();
const running = new RunningNetwork(network, runtime, { threads: 1 });
const photo = { name: "noise", inputs: noiseFeeds(network, 3), preparation: "noise" };
const layer = network.layers.find(({ address }) => address === "conv2d_1")!;
const value = { name: layer.address, value: layer.outputs[0]!.value };

it("the gradient of nearness is that of finite differences", async () => {
  const input = new PictureInput(network, photo);
  const near = await Nearness.of(running, input, value, 0.5);
  const picture = input.photo.map((each, i) => 0.5 * each + 0.2 * Math.sin(i));
  const { gradient, score } = await near.gradient(picture);
  expect(score).toBeCloseTo(await near.score(picture), 6);
  expect(await near.distance(input.photo)).toBe(0);
  const at = (by: number) => near.score(picture.map((each, i) => each + by * gradient[i]!));
  const step = 1e-3 / Math.sqrt(gradient.reduce((sum, each) => sum + each * each, 0));
  const slope = ((await at(step)) - (await at(-step))) / (2 * step);
  const wanted = gradient.reduce((sum, each) => sum + each * each, 0);
  expect(slope / wanted).toBeCloseTo(1, 2);
});

it("comes nearer to what the layer makes of the photo, step by step", async () => {
  const distances: number[] = [];
  const seen = await runView(
    inversionView,
    viewContext(running),
    photo,
    { layers: "conv2d_1", steps: 60, previews: 6 },
    ({ result }) => void distances.push(result[0]!.distance),
  );
  const last = seen.result[0]!.distance;
  expect(distances).toHaveLength(6);
  expect(last).toBeLessThan(0.6 * distances[0]!);
  expect(seen.words.lines.join("\n")).toContain("conv2d_1");
});
