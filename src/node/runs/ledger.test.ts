import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pack, unpack } from "../../runs/packed.ts";
import type { RunManifest } from "../../runs/manifest.ts";
import { writeManifest } from "../../runs/manifest.ts";
import { Ledger } from "./ledger.ts";
import { digestOfFile } from "./open-run.ts";
import { checkedJob } from "./queue.ts";

// Whoever reaches the queue or the folder of a run may write there what he likes.

const manifest: RunManifest = {
  ...{ striate: "1", engine: "e", view: "census", asks: {} },
  model: { path: "m.h5", sha256: "0" },
  data: { source: "d", split: null, limit: null, scale: null, size: null, jfif_only: false },
  ...{ photos: 100, listing: "0", shard: 10, seed: 1, memory: 1e9 },
};
const emptyFolder = () => mkdtempSync(join(tmpdir(), "striate-ledger-"));

async function someRun(changes: object = {}): Promise<Ledger> {
  const path = join(emptyFolder(), "manifest.json");
  writeFileSync(path, writeManifest({ ...manifest, ...changes }));
  return Ledger.open(path);
}

describe("jobs of a queue that somebody else wrote", () => {
  it.each([undefined, null, 7, "x", {}, { manifest: 7, shard: 0 }, { manifest: "m" }])(
    "%j is none",
    (data) => expect(() => checkedJob(data)).toThrow("names no manifest and no shard"),
  );
  it.each(["../../x", "0", -1, 0.5, null])("shard %j is none", (shard) =>
    expect(() => checkedJob({ manifest: "m.json", shard })).toThrow("no shard"),
  );
  it("a sound one is taken as it is", () => {
    expect(checkedJob({ manifest: "m.json", shard: 3, more: 1 })).toEqual({
      manifest: "m.json",
      shard: 3,
    });
  });
});

describe("the folder of a run", () => {
  it.each(["../../../x", 10, -1, NaN, 1e300])(
    "has no file for shard %j, and nothing is written outside",
    async (shard) => {
      const run = await someRun();
      const bad = shard as number;
      const words = /has 10 shards, and none of the number/;
      await expect(run.finish(bad, new Uint8Array(1), { photos: 1, seconds: 1 })).rejects.toThrow(
        words,
      );
      await expect(run.claim(bad, true)).rejects.toThrow(words);
      await expect(run.isDone(bad)).rejects.toThrow(words);
      expect(readdirSync(run.folder)).toEqual(["manifest.json"]);
    },
  );

  it("with a manifest of more shards than there can be is refused", async () => {
    await expect(someRun({ photos: 1e15, shard: 1 })).rejects.toThrow(
      /manifest.json: 1000000000000000 shards are more than can be/,
    );
  });

  it("with marks that say nothing is one where nothing is done", async () => {
    const run = await someRun();
    for (const text of ["", "{", "null"]) {
      await run.fail(1, "x").catch(() => undefined);
      writeFileSync(join(run.folder, "shards/000001.failed"), text);
      writeFileSync(join(run.folder, "shards/000001.done"), text);
      expect([await run.failure(1), await run.isDone(1)]).toEqual([undefined, false]);
    }
  });

  it("with results that are none is damaged, in words", () => {
    const sound = pack({ a: 1 }, { x: new Float32Array(2) });
    expect(unpack(sound).data).toEqual({ a: 1 });
    for (const [from, to] of [
      ["f32", "exe"],
      ['"a"', '"a '],
      ["2]]", "-]]"],
    ] as const) {
      const text = Buffer.from(sound).toString("latin1").replace(from, to);
      expect(() => unpack(Buffer.from(text, "latin1"))).toThrow("is damaged or cut off");
    }
  });
});

it("a model that is the folder of everything is not read through", async () => {
  const folder = emptyFolder();
  for (let i = 0; i < 4; i++) writeFileSync(join(folder, String(i)), "");
  await expect(digestOfFile(folder, 3)).rejects.toThrow("holds more than 3 files");
  expect(await digestOfFile(folder, 4)).toHaveLength(64);
});
