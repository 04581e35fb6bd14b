import { spawn, spawnSync } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { markText, ownMark } from "./process-mark.ts";
import { writeFileAtomic, writeFolder } from "./write-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-files-"));
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

const unix = describe.skipIf(process.platform === "win32");

unix("what is there stays what it is", () => {
  it("a link leads on to the file, also to one that is not there yet", async () => {
    await symlink("real.npz", join(folder, "link.npz"));
    await writeFileAtomic(join(folder, "link.npz"), "new");
    await writeFileAtomic(join(folder, "link.npz"), "newer");
    expect(await readlink(join(folder, "link.npz"))).toBe("real.npz");
    expect(await readFile(join(folder, "real.npz"), "utf8")).toBe("newer");
    await symlink("b", join(folder, "a"));
    await symlink("a", join(folder, "b"));
    await expect(writeFileAtomic(join(folder, "a"), "x")).rejects.toThrow(/links lead in a circle/);
  });

  it("a file keeps its mode", async () => {
    const path = join(folder, "private.npz");
    await writeFile(path, "old", { mode: 0o600 });
    await writeFileAtomic(path, "new");
    expect((await stat(path)).mode & 0o7777).toBe(0o600);
    await writeFolder(folder, [{ path: "private.npz", bytes: "newer" }]);
    expect((await stat(path)).mode & 0o7777).toBe(0o600);
    expect(await readFile(path, "utf8")).toBe("newer");
  });

  it("a pipe is written to, and refused when nobody reads from it", async () => {
    const path = join(folder, "pipe");
    spawnSync("mkfifo", [path]);
    await expect(writeFileAtomic(path, "x")).rejects.toThrow(
      /pipe: cannot be written: nobody reads/,
    );
    const reader = spawn("cat", [path], { stdio: ["ignore", "pipe", "ignore"] });
    let size = 0;
    reader.stdout.on("data", (bytes: Buffer) => (size += bytes.length));
    const ended = new Promise((resolve) => reader.stdout.on("end", resolve));
    for (let tries = 0; size === 0 && tries < 100; tries++)
      await writeFileAtomic(path, "x".repeat(300_000)).catch(
        () => new Promise((resolve) => setTimeout(resolve, 20)),
      );
    await ended;
    expect(size).toBe(300_000);
    expect((await stat(path)).isFIFO()).toBe(true);
    expect(await readdir(folder)).toEqual(["pipe"]);
  });

  it("a device is written to", async () => {
    await symlink("/dev/null", join(folder, "null.npz"));
    await writeFileAtomic(join(folder, "null.npz"), "gone");
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    expect(await readlink(join(folder, "null.npz"))).toBe("/dev/null");
  });

  it("a folder is written in a folder where nothing else may be written", async () => {
    const inner = join(folder, "closed/inner");
    await mkdir(inner, { recursive: true });
    await chmod(join(folder, "closed"), 0o555);
    await writeFolder(inner, [{ path: "a/b.txt", bytes: "1" }]);
    await writeFile(join(folder, "closed/inner/c.txt"), "old");
    await chmod(inner, 0o555);
    await writeFileAtomic(join(inner, "c.txt"), "new");
    expect(await readFile(join(inner, "c.txt"), "utf8")).toBe("new");
    for (const path of [inner, join(folder, "closed")]) await chmod(path, 0o755);
    expect((await readdir(inner)).sort()).toEqual(["a", "c.txt"]);
  });
});

describe("parts", () => {
  it("that a killed process left are cleared away by the next one, those of others are not", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const dead = markText({ ...ownMark(), pid, start: "1" });
    const alive = markText(ownMark());
    for (const name of [`m.h5.${dead}-0123abcd.part`, `m.h5.${alive}-0123abcd.part`, "m.h5.1.part"])
      await writeFile(join(folder, name), "half");
    await mkdir(join(folder, `.striate.${dead}-0123abcd.part/deep`), { recursive: true });
    await writeFileAtomic(join(folder, "m.h5"), "whole");
    await writeFolder(folder, [{ path: "see.json", bytes: "{}" }]);
    expect((await readdir(folder)).sort()).toEqual(
      ["m.h5", "m.h5.1.part", `m.h5.${alive}-0123abcd.part`, "see.json"].sort(),
    );
  });
});

it("an error that the content ends with is told as it is, and nothing is left", async () => {
  const fault = new Error("no more photos");
  async function* pieces(): AsyncGenerator<string> {
    yield "[";
    await Promise.reject(fault);
  }
  await expect(writeFileAtomic(join(folder, "a.json"), pieces())).rejects.toBe(fault);
  expect(await readdir(folder)).toEqual([]);
});
