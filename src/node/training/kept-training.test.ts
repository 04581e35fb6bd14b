import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { TrainingNews } from "../../../app/engine/training/news.ts";
import {
  TrainingKeeper,
  isKeptTraining,
  keptTrainingFile,
  readKeptTraining,
} from "./kept-training.ts";

const folder = mkdtempSync(join(tmpdir(), "striate-kept-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const begin: TrainingNews = {
  ...{ kind: "begin", title: "pets.h5", lines: ["60 pictures"], notices: [], probes: [] },
  ...{ epochs: 3, batches: 4, past: [] },
};
const look = { filters: [], probes: [{ maps: [], prediction: undefined as never }] };
const epoch = (number: number): TrainingNews => ({
  ...{ kind: "epoch", epoch: number, logs: { loss: 1 / (number + 1) }, look },
});
const batch: TrainingNews = { kind: "batch", epoch: 0, batch: 1, logs: { loss: 9 } };

function kept(name: string, ...news: readonly TrainingNews[]): string {
  const path = keptTrainingFile(join(folder, name));
  const keeper = new TrainingKeeper(path, (text) => expect.unreachable(text));
  for (const one of news) keeper.keep(one);
  return path;
}

it("a training is shown again as it was told, without its batches", () => {
  const path = kept("pets.h5", begin, batch, epoch(0), epoch(1), { kind: "end", words: "" });
  expect(path).toMatch(/pets\.h5\.training$/);
  expect(isKeptTraining(path)).toBe(true);
  const { record } = readKeptTraining(path);
  expect(record.begun).toMatchObject({ title: "pets.h5", lines: ["60 pictures"] });
  expect(record.epochs.map(({ logs }) => logs["loss"])).toEqual([1, 0.5]);
  expect(record.epochs[1]!.look?.probes).toHaveLength(1);
  expect(record.ended).toBe("");
});

it("one whose process was killed in the middle of a word says so", () => {
  const path = kept("killed", begin, epoch(0), epoch(1));
  truncateSync(path, readFileSync(path).length - 5);
  const { record } = readKeptTraining(path);
  expect(record.epochs).toHaveLength(1);
  expect(record.ended).toBe("its process ended before the training did");
});

it("a training begun anew takes the place of the old one, and of no other file", () => {
  const path = kept("again", begin, epoch(0), epoch(1));
  kept("again", begin, epoch(0));
  expect(readKeptTraining(path).record.epochs).toHaveLength(1);
  const other = join(folder, "mine.training");
  writeFileSync(other, "my own notes");
  const said: string[] = [];
  const keeper = new TrainingKeeper(other, (text) => said.push(text));
  for (const news of [begin, epoch(0)]) keeper.keep(news);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("mine.training: is there already, and no training's");
  expect(readFileSync(other, "utf8")).toBe("my own notes");
  expect(isKeptTraining(other)).toBe(false);
  expect(isKeptTraining(folder)).toBe(false);
});

it("a damaged file ends in a sentence", () => {
  const path = kept("bad", begin, epoch(0));
  const bytes = readFileSync(path);
  bytes.fill(7, 30, 60);
  writeFileSync(path, bytes);
  expect(() => readKeptTraining(path)).toThrow(/bad\.training: is damaged/);
});
