import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readFileBytes, readSibling } from "./files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-files-"));
});

describe("reading a file", () => {
  it("says what is wrong with the path", async () => {
    await expect(readFileBytes(join(folder, "no"))).rejects.toThrow(/no: no such file/);
    await expect(readFileBytes(folder)).rejects.toThrow(/expected a file, got a folder/);
    await expect(readFileBytes("/dev/null")).rejects.toThrow(/is no regular file/);
  });
});

describe("reading a file that another one names", () => {
  it("stays within the folder", async () => {
    await mkdir(join(folder, "model"));
    await writeFile(join(folder, "secret"), "s");
    await writeFile(join(folder, "model/shard.bin"), "ok");
    await symlink(join(folder, "secret"), join(folder, "model/link"));
    const read = (path: string) => readSibling(join(folder, "model"), path);
    expect(await read("shard.bin")).toEqual(Buffer.from("ok"));
    expect(await read("./shard.bin")).toEqual(Buffer.from("ok"));
    for (const path of ["../secret", "/etc/hostname", "a/../../secret", "link"])
      await expect(read(path), path).rejects.toThrow(/leads out of the model's folder/);
    await expect(read("lost.bin")).rejects.toThrow(/"lost.bin" is missing/);
  });
});
