import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyFolder, striate } from "./command-line.ts";
import { hashOfRun } from "./hash-of-run.ts";

// `see` and `explain` of a folder of photos, shared out to several workers: the files of one that works alone.
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const main = path("dist/cli/main.js");
const photos = join(emptyFolder(), "photos");
const model = path("models/cat_vs_dog.h5");
const asked = (command: string, out: string, ...flags: string[]) => [
  ...[command, photos, "--model", model, "--out", out],
  ...(command === "see" ? ["--layers", "conv2d_3"] : ["--method", "gradient"]),
  ...flags,
];

beforeAll(() => {
  mkdirSync(photos, { recursive: true });
  for (let i = 0; i < 6; i++)
    copyFileSync(path(`dist/demo/${i % 2 ? "cat" : "dog"}.jpg`), join(photos, `${i}.jpg`));
  writeFileSync(join(photos, "3.jpg"), "no picture");
});

describe.each(["see", "explain"])("%s of a folder", (command) => {
  const first = join(emptyFolder(), "out");

  it("is the same to the byte alone, by one worker, by two, and by shares", () => {
    const one = striate(asked(command, first, "--workers", "1"));
    expect([one.code, one.err]).toEqual([3, expect.stringContaining("skipped")]);
    expect(one.err).toContain("1 of 6 photos was skipped");
    const expected = hashOfRun(first);
    const two = join(emptyFolder(), "out");
    expect(striate(asked(command, two, "--workers", "2")).code).toBe(3);
    expect(hashOfRun(two)).toBe(expected);
    const shares = join(emptyFolder(), "out");
    for (const share of ["2/2", "1/2"])
      expect(striate(asked(command, shares, "--shard", share)).code).toBe(0);
    const manifest = join(shares, "run", "manifest.json");
    expect(striate(["run", manifest, "--merge"]).code).toBe(3);
    expect(hashOfRun(shares)).toBe(expected);
    if (command !== "see") return;
    const alone = join(emptyFolder(), "out");
    expect(striate(asked(command, alone, "--threads", "1")).code).toBe(3);
    expect(hashOfRun(alone)).toBe(expected);
  }, 240_000);

  it("goes on where it was killed, and draws again what is cut or gone", async () => {
    const expected = hashOfRun(first);
    const out = join(emptyFolder(), "out");
    for (const wait of [1500, 2500]) {
      const args = [main, ...asked(command, out, "--workers", "2")];
      const child = spawn(process.execPath, args, { stdio: "ignore", detached: true });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      await sleep(wait);
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It was done before.
      }
      await ended;
    }
    expect(striate(asked(command, out, "--workers", "2")).code).toBe(3);
    expect(hashOfRun(out)).toBe(expected);
    const pictures = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".png"),
    );
    truncateSync(join(out, pictures[0]!), 100);
    rmSync(join(out, pictures.at(-1)!));
    const again = striate(asked(command, out, "--workers", "1"));
    expect(again.err).toContain("are cut or changed");
    expect(hashOfRun(out)).toBe(expected);
  }, 240_000);

  it("refuses what one process alone can do, in a sentence", () => {
    const page = striate(asked(command, "dog.html", "--workers", "2"));
    expect([page.code, page.err]).toEqual([2, expect.stringContaining("a page is made by one")]);
    const flags =
      command === "see" ? ["--scale-mode", "photos"] : ["--numbers", join(emptyFolder(), "n.npz")];
    const refused = striate(asked(command, join(emptyFolder(), "out"), "--workers", "2", ...flags));
    expect(refused.code).toBe(2);
    const named = striate(asked(command, "out", "--workers", "2", "--input", "x=dog.jpg"));
    expect([named.code, named.err]).toEqual([2, expect.stringContaining("inputs by name")]);
  });
});
