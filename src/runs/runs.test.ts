import { describe, expect, it } from "vitest";
import { StriateError, UsageError } from "../base/errors.ts";
import {
  type RunManifest,
  differences,
  readManifest,
  shardCount,
  shardRange,
  shardSize,
  writeManifest,
} from "./manifest.ts";
import { pack, unpack } from "./packed.ts";
import { parseShare, shardsOf, shareOfJob } from "./share.ts";

const manifest: RunManifest = {
  striate: "0.1.0",
  engine: "onnxruntime-node 1.30.0",
  view: "census",
  asks: { layers: "conv", top: 16 },
  model: { path: "/models/a.h5", sha256: "a".repeat(64) },
  data: { source: "/photos", split: null, limit: null, scale: null, size: null, jfif_only: false },
  photos: 2345,
  listing: "b".repeat(64),
  shard: 1000,
  seed: 0,
  memory: 2 ** 29,
};

describe("a manifest", () => {
  it("comes back as it was written, and is refused where it is none", () => {
    expect(readManifest(writeManifest(manifest))).toEqual(manifest);
    expect(() => readManifest("{")).toThrow(StriateError);
    expect(() => readManifest("[]")).toThrow("is no manifest of a run");
    expect(() => readManifest(JSON.stringify({ ...manifest, shard: 0 }))).toThrow("at least 1");
  });

  it("cuts every photo into exactly one shard", () => {
    const ranges = Array.from({ length: shardCount(manifest) }, (_, i) => shardRange(manifest, i));
    expect(ranges).toEqual([
      [0, 1000],
      [1000, 2000],
      [2000, 2345],
    ]);
    expect([shardSize(2000), shardSize(50), shardSize(10_000_000)]).toEqual([125, 64, 1000]);
    expect(shardSize(10_000_000, 2 ** 30, 2 ** 20)).toBe(256);
  });

  it("says how it differs from another, and does not mind where things lie", () => {
    expect(differences(manifest, { ...manifest, model: { ...manifest.model, path: "b" } })).toEqual(
      [],
    );
    const other = { ...manifest, listing: "c".repeat(64), asks: { layers: "conv", top: 8 } };
    expect(differences(manifest, other)).toEqual(["other photos", "top 16, now 8"]);
    // What is asked of all shards together does not make another run.
    expect(differences(manifest, other, ["top"])).toEqual(["other photos"]);
  });
});

describe("the share of a job", () => {
  it("is told by the variables of clusters", () => {
    expect(shareOfJob({})).toBeUndefined();
    expect(shareOfJob({ JOB_COMPLETION_INDEX: "3" })).toMatchObject({ index: 3, of: 1 });
    expect(shareOfJob({ JOB_COMPLETION_INDEX: "3", JOB_COMPLETIONS: "8" })).toMatchObject({
      index: 3,
      of: 8,
    });
    const slurm = { SLURM_ARRAY_TASK_ID: "5", SLURM_ARRAY_TASK_COUNT: "4" };
    expect(shareOfJob({ ...slurm, SLURM_ARRAY_TASK_MIN: "2" })).toMatchObject({ index: 3, of: 4 });
    const batch = { AWS_BATCH_JOB_ARRAY_INDEX: "0", AWS_BATCH_JOB_ARRAY_SIZE: "2" };
    expect(shareOfJob(batch)).toMatchObject({ index: 0, of: 2 });
    expect(() => shareOfJob({ SLURM_ARRAY_TASK_ID: "five" })).toThrow(UsageError);
  });

  it("is every shard once over all jobs", () => {
    for (const of of [1, 2, 3, 8]) {
      const shares = Array.from({ length: of }, (_, index) => shardsOf({ index, of }, 7));
      expect(shares.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
    expect(shardsOf({ index: 5, of: 1 }, 4)).toEqual([1, 2, 3, 0]);
    expect(parseShare("3/16")).toEqual({ index: 2, of: 16 });
    for (const wrong of ["0/4", "5/4", "1", "a/b"])
      expect(() => parseShare(wrong)).toThrow(UsageError);
  });
});

describe("a part as bytes", () => {
  const arrays = { a: Float64Array.of(1, 2), b: Uint8Array.of(7), c: Int32Array.of(-1) };

  it("comes back, and is refused where it is cut off", () => {
    const bytes = pack({ photos: 3 }, arrays);
    expect(unpack(bytes)).toMatchObject({ data: { photos: 3 }, arrays });
    // An array may be left where it lies.
    const left = unpack(bytes, ["a"]);
    expect(Object.keys(left.arrays)).toEqual(["b", "c"]);
    const { at, count } = left.places["a"]!;
    expect(new Float64Array(bytes.slice(at).buffer, 0, count)).toEqual(arrays.a);
    // What Node reads from a file lies somewhere in a larger memory.
    const within = new Uint8Array(bytes.length + 3);
    within.set(bytes, 3);
    expect(unpack(within.subarray(3))).toMatchObject({ data: { photos: 3 }, arrays });
    for (const length of [0, 10, 40, bytes.length - 8])
      expect(() => unpack(bytes.subarray(0, length))).toThrow("is damaged or cut off");
  });
});
