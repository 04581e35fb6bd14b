import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { networkKinds } from "../../test/network-kinds.ts";
import { readNpz } from "../../test/npz.ts";
import { exportedAsks, gradCamView as smallView } from "../../test/view-graphs.ts";
import { type Tensor, float32, toNumbers } from "../base/tensor.ts";
import { onnx } from "../formats/onnx.ts";
import type { Network } from "../model/network.ts";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { joinRows, takeRows } from "../model/rows.ts";
import { RunningNetwork } from "../model/running.ts";
import { runtime } from "../runtime/node/index.ts";
import { viewContext } from "./context.ts";
import { riseView } from "./explain/rise-view.ts";
import { gradCamView } from "./explain/grad-cam-view.ts";
import type { Explanation } from "./explain/explanation.ts";
import { runView } from "./run-view.ts";
import { graphViews, viewGraph, viewToOnnx } from "./view-to-onnx.ts";

const kind = (name: string) => networkKinds.find((each) => each.name === name)!;
const none = () => Promise.reject(new Error("stands alone"));

/** Each photo of a batch as the view sees it alone, beside what the exported file makes of the batch. */
async function compare(network: Network, asks: Record<string, unknown>) {
  const rows = 2;
  const photos = [noiseFeeds(network, 1), noiseFeeds(network, 2)];
  const parts = { rows, size: 1, starts: [0, 1] };
  const feeds = Object.fromEntries(
    network.inputs.map(({ name }) => [
      name,
      joinRows(
        photos.map((each) => each[name]!),
        parts,
        name,
      ),
    ]),
  );
  const running = new RunningNetwork(network, runtime, { threads: 1 });
  for (const view of graphViews) {
    const all: Record<string, unknown> = { ...asks, layer: "conv" };
    const given = Object.fromEntries(Object.entries(all).filter(([key]) => key in view.asks));
    const bytes = viewToOnnx(view, network, given);
    const { names } = viewGraph(view, network, given);
    const session = await runtime.open(bytes, { threads: 1 });
    const made = await session.run(feeds);
    for (let row = 0; row < rows; row++) {
      const subject = { name: "noise", inputs: photos[row]!, preparation: "noise" };
      const seen = await runView(view, viewContext(running), subject, given);
      const arrays = seen.arrays();
      const [map] = (seen.result as Explanation).maps;
      for (const name of names) {
        const got = takeRows(made[name]!, row, 1);
        if (name.endsWith("_map")) near(view.id, name, got, map!.values);
        else {
          expect(got.shape.slice(1), name).toEqual(arrays.get(name)!.shape);
          near(view.id, name, got, toNumbers(arrays.get(name)!));
        }
      }
    }
    await session.release();
  }
  await running.release();
}

/** A quotient of powers of small slopes feels the order of sums more. */
const limits: Readonly<Record<string, number>> = { "grad-cam-plus-plus": 5e-5 };

function near(id: string, name: string, got: Tensor, want: ArrayLike<number>): void {
  const largest = Array.from(want).reduce((most, each) => Math.max(most, Math.abs(each)), 1e-12);
  for (const [i, value] of toNumbers(got).entries())
    expect(Math.abs(value - want[i]!) / largest, `${id} ${name}`).toBeLessThan(limits[id] ?? 1e-5);
}

describe("a view as one ONNX file", () => {
  it("is there for every view that is nodes behind gradients", () => {
    expect(graphViews.map(({ id }) => id).sort()).toEqual([
      "deconvnet",
      "grad-cam",
      "grad-cam-plus-plus",
      "gradient",
      "guided-backprop",
      "hires-cam",
      "input-x-gradient",
      "layer-cam",
      "xgrad-cam",
    ]);
  });

  it.each([
    ["the tutorial's, one sigmoid", { target: "class:cat" }],
    ["channels first", { target: "class:2", colors: "absolute" }],
    ["an ONNX file with residual blocks", { target: "class:1", colors: "largest" }],
    ["3-D", { target: "class:1" }],
  ])("gives a batch what the views give each photo: %s", async (name, asks) => {
    const { open, labels } = kind(name);
    const network = await open();
    await compare(labels ? { ...network, labels: [...labels] } : network, asks);
  });

  it("gives in Python's ONNX Runtime what the view gives each photo (fixtures/view-graphs.py)", async () => {
    const { network } = smallView();
    const place = new URL("../../fixtures/data/view-graphs/all-views.npz", import.meta.url);
    const python = readNpz(readFileSync(place));
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const row = 16 * 16 * 3;
    const pixels = Float32Array.from({ length: 3 * row }, (_, i) => ((i * 7919) % 2003) / 2003);
    for (const view of graphViews) {
      const names = Object.keys(python).filter((key) => key.startsWith(`${view.id}:`));
      expect(names.length, view.id).toBeGreaterThan(1);
      for (let i = 0; i < 3; i++) {
        const photo = float32([1, 16, 16, 3], pixels.slice(i * row, (i + 1) * row));
        const subject = { name: "formula", inputs: { photo }, preparation: "as it is" };
        const seen = await runView(view, viewContext(running), subject, exportedAsks(view));
        const arrays = new Map<string, ArrayLike<number>>(
          [...seen.arrays()].map(([name, value]) => [name, toNumbers(value)]),
        );
        arrays.set(network.outputs[0]!.name, arrays.get("probabilities")!);
        const [map] = (seen.result as Explanation).maps;
        for (const key of names) {
          const name = key.slice(view.id.length + 1);
          const want = arrays.get(name) ?? (name.endsWith("_map") ? map!.values : []);
          const { shape, data } = python[key]!;
          const size = data.length / shape[0]!;
          near(
            view.id,
            name,
            float32([size], Float32Array.from(data.subarray(i * size, (i + 1) * size))),
            want,
          );
        }
      }
    }
    await running.release();
  });

  it("says method, target, classes and preparation in its metadata, and leaves the batch free", async () => {
    const network = await kind("residual, with a softmax").open();
    const bytes = viewToOnnx(gradCamView, network, { target: "class:green" });
    const opened = (await onnx.read({ name: "view.onnx", bytes, sibling: none })).network;
    expect(opened.inputs[0]!.shape).toEqual(["N", 16, 16, 3]);
    expect(opened.labels).toEqual(["red", "green", "blue"]);
    expect(opened.preprocessing).toMatchObject({ size: [16, 16], scale: "1/255" });
    expect(JSON.parse(opened.graph.metadata.get("striate.view")!)).toMatchObject({
      method: "grad-cam",
      target: "class:green",
    });
    expect(opened.outputs.map(({ name }) => name)).toEqual([
      network.outputs[0]!.name,
      "green/narrow/gradcam_raw",
      "green/narrow/gradcam_relu",
    ]);
  });

  it("is refused for views that are no graph, and for a target that only a photo names", async () => {
    const network = await kind("residual, with a softmax").open();
    expect(() => viewToOnnx(riseView, network, { target: "class:red" })).toThrow(
      /RISE is no graph.*these can: .*grad-cam/,
    );
    expect(() => viewToOnnx(gradCamView, network)).toThrow("name a class");
  });
});
