import { mkdtemp, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openFileBytes } from "./file-bytes.ts";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "striate-bytes-")), "model.h5");
  await writeFile(path, bytes);
});

describe("a file on disk as its bytes", () => {
  it("gives what a Uint8Array gives", async () => {
    const file = await openFileBytes(path);
    expect(file.length).toBe(1000);
    for (const [begin, end] of [
      [0, 4],
      [300, 999],
      [990, 2000],
      [2000, 3000],
      [7, 7],
      [9, 8],
    ])
      // prettier-ignore
      expect(file.subarray(begin!, end)).toEqual(bytes.subarray(begin, end));
    expect(file.subarray(600)).toEqual(bytes.subarray(600));
    file.close();
  });

  it("names the file when it is missing, is none, or becomes shorter", async () => {
    await expect(openFileBytes(`${path}x`)).rejects.toThrow(/model\.h5x: no such file/);
    await expect(openFileBytes(tmpdir())).rejects.toThrow("expected a file, got a folder");
    const file = await openFileBytes(path);
    await truncate(path, 100);
    expect(() => file.subarray(50, 200)).toThrow(/model\.h5: became shorter while it was read/);
    file.close();
    expect(() => file.subarray(0, 1)).toThrow(/model\.h5: cannot be read/);
  });
});
