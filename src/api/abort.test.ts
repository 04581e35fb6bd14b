import { expect, it } from "vitest";
import { networkKinds } from "../../test/network-kinds.ts";
import { float32 } from "../base/tensor.ts";
import { layers } from "../layers/create.ts";
import { noiseFeeds } from "../model/photo/noise-input.ts";
import { runtime } from "../runtime/node/index.ts";
import { sequential } from "./build-model.ts";
import { Model } from "./model.ts";
import { openDataset } from "./open-dataset.ts";
import { activations } from "./see.ts";

it("activations reject with the signal's reason, before and between the runs", async () => {
  const network = await networkKinds[1]!.open();
  const model = new Model({ network }, runtime, { threads: 1 });
  const feeds = noiseFeeds(network, 1);
  const reason = new Error("somebody left");
  const signal = AbortSignal.abort(reason);
  await expect(activations(model, feeds, { signal })).rejects.toBe(reason);
  const later = new AbortController();
  const run = activations(model, feeds, { signal: later.signal });
  later.abort();
  await expect(run).rejects.toMatchObject({ name: "AbortError" });
  await model.dispose();
});

it("a training ends between two batches, and what was trained stays", async () => {
  const model = sequential([
    layers.dense({ units: 1, inputShape: [3], kernelInitializer: "ones" }),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const x = float32(
    [8, 3],
    Float32Array.from({ length: 24 }, (_, i) => i / 24),
  );
  const y = float32([8, 1], new Float32Array(8));
  const stop = new AbortController();
  let batches = 0;
  const fitting = model.fit(
    { x, y },
    {
      ...{ epochs: 50, batchSize: 2, verbose: false, signal: stop.signal },
      callbacks: [{ onBatchEnd: () => void (++batches === 3 && stop.abort()) }],
    },
  );
  await expect(fitting).rejects.toMatchObject({ name: "AbortError" });
  expect(batches).toBe(3);
  const made = await model.predict(float32([1, 3], Float32Array.of(1, 1, 1)));
  expect(made.data[0]).toBeLessThan(3);
  await model.dispose();
});

it("opening a data set rejects where nobody waits for it", async () => {
  const signal = AbortSignal.abort();
  await expect(openDataset("shapes", { signal })).rejects.toMatchObject({ name: "AbortError" });
});
