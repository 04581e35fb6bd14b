import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { StriateError } from "../../base/errors.ts";
import { lock } from "./lock.ts";
import { ownMark } from "./process-mark.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-lock-"));
  path = join(folder, "deep/m.lock");
});

const take = () => lock(path, (pid) => new StriateError(`held by ${pid}`));
const leave = (holder: object) => writeFile(path, JSON.stringify({ ...ownMark(), ...holder }));

it("keeps others out until it is given back, and leaves nothing", async () => {
  const release = await take();
  await expect(take()).rejects.toThrow(`held by ${process.pid}`);
  await release();
  await (
    await take()
  )();
  expect(await readdir(join(folder, "deep"))).toEqual([]);
});

it("is taken over from a process that is gone, also where its number was given again", async () => {
  await (
    await take()
  )();
  await leave({ pid: spawnSync(process.execPath, ["-e", ""]).pid });
  await (
    await take()
  )();
  await leave({ start: "1" });
  await (
    await take()
  )();
  // A holder in another container, which was killed long ago; and what versions of before left.
  for (const text of [JSON.stringify({ pid: 1, start: "1", space: "elsewhere" }), "1", ""]) {
    await writeFile(path, text);
    await utimes(path, 1e9, 1e9);
    await (
      await take()
    )();
  }
  expect(await readdir(join(folder, "deep"))).toEqual([]);
});

it("is held by a process elsewhere as long as it gives signs of life", async () => {
  await (
    await take()
  )();
  await leave({ pid: 1, space: "elsewhere" });
  const sign = setInterval(() => void utimes(path, new Date(), new Date()), 300);
  await expect(take()).rejects.toThrow("held by 1");
  clearInterval(sign);
});
