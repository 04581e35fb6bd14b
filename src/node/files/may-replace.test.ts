import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { float32 } from "../../base/tensor.ts";
import { writeNpz } from "../../formats/npz.ts";
import { refuseForeign, refuseForeignIn } from "./may-replace.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-replace-"));
});

it("replaces what is ours, what is new and what stays the same, nothing else", async () => {
  const path = join(folder, "acts.npz");
  const replace = (bytes: Uint8Array | string) => refuseForeign([{ path, bytes }]);
  await replace("new");
  await writeFile(path, await writeNpz([["a", float32([1], [1])]]));
  await replace("other");
  await writeFile(path, "the numbers of a year");
  await replace("the numbers of a year");
  await expect(replace("other")).rejects.toThrow(
    /acts\.npz: is there already, and striate did not write it; .*--force/,
  );
});

it("knows an array that is too large for an archive by the result beside it", async () => {
  const path = join(folder, "embed-vectors.npy");
  const replace = () => refuseForeign([{ path, bytes: [new Uint8Array(1)] }]);
  await writeFile(path, "numbers");
  await expect(replace()).rejects.toThrow("is there already");
  await writeFile(join(folder, "embed.json"), '{ "striate": "0.1.0" }');
  await replace();
});

it("knows the files of a folder by the report in it", async () => {
  const replace = (...paths: string[]) =>
    refuseForeignIn(
      folder,
      [...paths, "see.json"].map((path) => ({ path, bytes: "x" })),
      "see.json",
    );
  await writeFile(join(folder, "conv2d.png"), "a picture of mine");
  await replace("other.png");
  await expect(replace("conv2d.png")).rejects.toThrow(/conv2d\.png: is there already/);
  await writeFile(join(folder, "see.json"), '{ "striate": "0.1.0", "file": "conv2d.png" }');
  await replace("conv2d.png");
  await writeFile(join(folder, "see.json"), '{ "mine": true }');
  await expect(replace("other.png")).rejects.toThrow(/see\.json: is there already/);
});
