import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { pack } from "../../../app/engine/pack.ts";
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

it("a training is shown again as it was told, without its batches", async () => {
  const path = kept("pets.h5", begin, batch, epoch(0), epoch(1), { kind: "end", words: "" });
  expect(path).toMatch(/pets\.h5\.training$/);
  expect(isKeptTraining(path)).toBe(true);
  const { record } = await readKeptTraining(path);
  expect(record.begun).toMatchObject({ title: "pets.h5", lines: ["60 pictures"] });
  expect(record.epochs.map(({ logs }) => logs["loss"])).toEqual([1, 0.5]);
  expect(record.epochs[1]!.look?.probes).toHaveLength(1);
  expect(record.ended).toBe("");
});

it("one whose process was killed in the middle of a word says so", async () => {
  const path = kept("killed", begin, epoch(0), epoch(1));
  truncateSync(path, readFileSync(path).length - 5);
  const { record } = await readKeptTraining(path);
  expect(record.epochs).toHaveLength(1);
  expect(record.ended).toBe("its process ended before the training did");
});

it("a training begun anew takes the place of the old one, and of no other file", async () => {
  const path = kept("again", begin, epoch(0), epoch(1));
  kept("again", begin, epoch(0));
  expect((await readKeptTraining(path)).record.epochs).toHaveLength(1);
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

it("a damaged file ends in a sentence", async () => {
  const path = kept("bad", begin, epoch(0));
  const bytes = readFileSync(path);
  bytes.fill(7, 30, 60);
  writeFileSync(path, bytes);
  await expect(readKeptTraining(path)).rejects.toThrow(/bad\.training: is damaged/);
});

/** A file of a stranger: what it tells, each piece packed as it is. */
function stranger(name: string, ...pieces: readonly Uint8Array[]): string {
  const path = kept(name);
  const packed = new Map([...new Set(pieces)].map((piece) => [piece, deflateSync(piece)]));
  const parts = pieces.flatMap((piece) => {
    const bytes = packed.get(piece)!;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  writeFileSync(path, Buffer.concat([Buffer.from("striate training 1\n"), ...parts]));
  return path;
}

it.each([
  ["nothing", null],
  ["an epoch that is far off", { ...epoch(0), epoch: 4e9 }],
  ["words for numbers", { ...epoch(0), logs: { loss: "none" } }],
  ["a look without maps", { ...epoch(0), look: { filters: [], probes: [{}] } }],
  ["a beginning without its past", { ...begin, past: undefined }],
])("a stranger's file that tells %s ends in a sentence", async (_, news) => {
  const path = stranger("odd", pack(begin), pack(news));
  await expect(readKeptTraining(path)).rejects.toThrow(
    /odd\.training: is damaged: it tells what no/,
  );
});

it("a stranger's file that unpacks to gigabytes ends in a sentence", async () => {
  const piece = Buffer.alloc(2 ** 26);
  const told = Buffer.from(pack(begin));
  told.copy(piece);
  const path = stranger("bomb", ...Array.from({ length: 100 }, () => piece));
  await expect(readKeptTraining(path)).rejects.toThrow(/bomb\.training: unpacks to more than/);
});

it("a text that names the same bytes over and over is refused", async () => {
  const slot = { $array: "Uint8Array", at: 0, length: 8 };
  const json = new TextEncoder().encode(JSON.stringify({ a: slot, b: slot }));
  const bytes = new Uint8Array(4 + json.length + 8);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  await expect(readKeptTraining(stranger("twice", bytes))).rejects.toThrow("names its bytes twice");
});
