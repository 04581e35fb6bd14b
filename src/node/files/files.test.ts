import { mkdir, mkdtemp, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readFileBytes, readSibling, writeFileAtomic, writeFolder } from "./files.ts";

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

describe("writing", () => {
  it("replaces a file in one piece and leaves nothing beside it", async () => {
    const path = join(folder, "deep/model.h5");
    await writeFileAtomic(path, "old");
    await writeFileAtomic(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(join(folder, "deep"))).toEqual(["model.h5"]);
  });

  it("leaves the old file when it fails", async () => {
    await mkdir(join(folder, "taken/inside"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow(/cannot be written/);
    expect(await readdir(folder)).toEqual(["taken"]);
  });

  it("fills a folder with all of its files or none", async () => {
    const out = join(folder, "out");
    await writeFolder(out, [{ path: "kept.txt", bytes: "1" }]);
    await writeFolder(out, [
      { path: "a.txt", bytes: "2" },
      { path: "photo/b.txt", bytes: Uint8Array.of(51) },
    ]);
    expect((await readdir(out, { recursive: true })).sort()).toEqual([
      "a.txt",
      "kept.txt",
      "photo",
      "photo/b.txt",
    ]);
    await expect(
      writeFolder(join(folder, "other"), [
        { path: "fine.txt", bytes: "3" },
        { path: "../escape.txt", bytes: "4" },
      ]),
    ).rejects.toThrow(/would be written outside/);
    expect((await readdir(folder)).sort()).toEqual(["out"]);
  });
});
