import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { networkKinds } from "../../test/network-kinds.ts";
import { Model } from "../api/model.ts";
import { UsageError } from "../base/errors.ts";
import { reshape } from "../base/tensor.ts";
import { writeNpy } from "../formats/npy.ts";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { runtime } from "../runtime/node/index.ts";
import { viewContext } from "../views/context.ts";
import { gradCamView } from "../views/explain/grad-cam-view.ts";
import { runView } from "../views/run-view.ts";
import { readSubject } from "./read-input.ts";

it.each(["residual, with a softmax", "channels first", "an ONNX file with residual blocks", "1-D"])(
  "a prepared tensor as .npy is taken in the network's own layout, with or without its batch: %s",
  async (name) => {
    const network = await networkKinds.find((kind) => kind.name === name)!.open();
    const model = new Model({ network }, runtime, { threads: 1 });
    const [value] = Object.values(noiseFeeds(network, 5));
    const folder = await mkdtemp(join(tmpdir(), "striate-npy-"));
    const maps: unknown[] = [];
    for (const shape of [value!.shape, value!.shape.slice(1)]) {
      const path = join(folder, `${shape.length}.npy`);
      await writeFile(path, writeNpy(reshape(value!, shape)));
      const subject = await readSubject(model, path, {});
      expect(Object.values(subject.inputs)).toEqual([value]);
      const layers = network.layers.filter(({ kind }) => kind === "convolution");
      const layer = layers.map(({ address }) => address).join(",");
      const seen = await runView(gradCamView, viewContext(model.running), subject, { layer });
      expect(seen.result.maps.map((map) => map.layer).join(",")).toBe(layer);
      maps.push(seen.result.maps);
    }
    expect(maps[0]).toEqual(maps[1]);
    await model.dispose();
  },
);

it("several layers stand beside one another, one of them before its activation", async () => {
  const network = await networkKinds.find(({ name }) => name === "channels first")!.open();
  const model = new Model({ network }, runtime, { threads: 1 });
  const subject = { name: "x", inputs: noiseFeeds(network, 5), preparation: "noise" };
  const [last, first] = network.layers
    .filter(({ kind }) => kind === "convolution")
    .map(({ address }) => address)
    .reverse();
  const layer = `${last},${first}_pre`;
  const seen = await runView(gradCamView, viewContext(model.running), subject, { layer });
  expect(seen.result.maps.map((map) => map.layer)).toEqual([last, `${first}_pre`]);
  const names = [...seen.arrays().keys()].filter((name) => name.endsWith("gradcam_raw"));
  expect(names.map((name) => name.split("/")[1])).toEqual([last, `${first}_pre`]);
  await model.dispose();
});

describe("several inputs by name", async () => {
  const network = await networkKinds.find(({ name }) => name === "two inputs")!.open();
  const model = new Model({ network }, runtime, { threads: 1 });
  const feeds = noiseFeeds(network, 5);
  const folder = await mkdtemp(join(tmpdir(), "striate-inputs-"));
  const [one, two] = network.inputs.map((port) => port.name) as [string, string];
  for (const name of [one, two])
    await writeFile(join(folder, `${name}.npy`), writeNpy(feeds[name]!));
  const file = (name: string) => join(folder, `${name}.npy`);

  it("each comes from its own file, or one of them from the file without a name", async () => {
    const both = await readSubject(
      model,
      undefined,
      {},
      {
        inputs: [`${two}=${file(two)}`, `${one}=${file(one)}`],
      },
    );
    expect(both.inputs).toEqual(feeds);
    const rest = await readSubject(model, file(one), {}, { inputs: [`${two}=${file(two)}`] });
    expect(rest.inputs).toEqual(feeds);
    expect(rest.preparation).toContain(`${two}: ${file(two)}, as it is`);
  });

  it.each([
    [[`x${two}=${file(two)}`], `no input "x${two}"; nearest: `],
    [[two], "expected NAME=FILE"],
    [[`${two}=${file(two)}`], `--input is missing for "${one}"`],
  ])("%s is wrong usage, in words", async (inputs, words) => {
    const read = readSubject(model, undefined, {}, { inputs });
    await expect(read).rejects.toThrow(UsageError);
    await expect(read).rejects.toThrow(words);
  });
});
