import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { float32 } from "../../base/tensor.ts";
import { layers } from "../../layers/create.ts";
import { buildSequential } from "../../model/build.ts";
import { runtime } from "../../runtime/node/index.ts";
import { kerasTrainable } from "../../train/source/keras-trainable.ts";
import { Trainer } from "../../train/trainer.ts";
import { batchesOf } from "../../train/data/training-data.ts";
import { runTraining } from "./training-run.ts";

const trainerOf = (units: number) =>
  new Trainer(
    kerasTrainable(buildSequential([layers.dense({ units, inputShape: [2] })])),
    { loss: "mse", optimizer: "adam" },
    { runtime, threads: 1 },
  );
const data = batchesOf({
  x: float32([4, 2], new Float32Array(8)),
  y: float32([4, 1], [1, 2, 3, 4]),
});
const folder = mkdtempSync(join(tmpdir(), "striate-"));

/** Two epochs, or what is left of them; returns what was said. */
async function train(checkpoint: string, options: { resume?: boolean; units?: number } = {}) {
  const said: string[] = [];
  const notify = (text: string) => void said.push(text);
  const trainer = trainerOf(options.units ?? 1);
  const run = runTraining(trainer, data, {
    epochs: 2,
    checkpoint,
    resume: options.resume,
    notify,
  });
  const { history } = await run.finally(() => trainer.close());
  return { said, history };
}

test("a checkpoint that cannot be written is said, and the training goes on", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const { said, history } = await train(join(file, "below.checkpoint"));
  expect(history.epoch).toEqual([0, 1]);
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(
    /^no checkpoint was written: .*below\.checkpoint: .*; the training goes on$/,
  );
});

test("a checkpoint of another network, or a damaged one, is refused by name", async () => {
  const path = join(folder, "whole.checkpoint");
  expect((await train(path)).said).toEqual([]);
  await expect(train(path, { resume: true, units: 3 })).rejects.toThrow(
    /whole\.checkpoint: the checkpoint is that of another network: its "dense\/kernel" has another shape/,
  );
  const cut = join(folder, "cut.checkpoint");
  writeFileSync(cut, readFileSync(path).subarray(0, 300));
  await expect(train(cut, { resume: true })).rejects.toThrow(/cut\.checkpoint: is damaged/);
  writeFileSync(cut, "something else entirely");
  await expect(train(cut, { resume: true })).rejects.toThrow(/cut\.checkpoint: is damaged/);
  await expect(train(join(folder, "none"), { resume: true })).rejects.toThrow(
    /no training to go on with: .*none: no such file/,
  );
});

test("a training that is done has nothing left to do", async () => {
  const path = join(folder, "done.checkpoint");
  const first = await train(path);
  const second = await train(path, { resume: true });
  expect(second.history.toJSON()).toEqual(first.history.toJSON());
});
