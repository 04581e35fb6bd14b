import { expect, it } from "vitest";
import { SessionPool } from "./session-pool.ts";

/** A pool of named things that counts what is open, and work that ends when it is told to. */
function world(most?: number) {
  const open = new Set<string>();
  let opened = 0;
  let highest = 0;
  const pool = new SessionPool<string>((name) => {
    open.delete(name);
    return Promise.resolve();
  }, most);
  const use = (key: string, work: () => Promise<void> = () => Promise.resolve()) =>
    pool.use(
      key,
      () => {
        const name = `${key}${++opened}`;
        open.add(name);
        highest = Math.max(highest, open.size);
        return Promise.resolve(name);
      },
      async (name) => {
        expect(open.has(name), `${name} is closed`).toBe(true);
        await work();
        expect(open.has(name), `${name} was closed under a running call`).toBe(true);
        return name;
      },
    );
  return { pool, use, open, count: () => ({ opened, highest }) };
}

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

it("opens once for one key, and keeps the keys used last", async () => {
  const { use, open } = world(2);
  for (const key of ["a", "b", "a", "c", "a"]) await use(key);
  expect([...open].sort()).toEqual(["a1", "c3"]);
  expect(await use("b")).toBe("b4");
});

it("closes nothing under a running call, however many keys are asked for at once", async () => {
  const { use, count } = world(4);
  const keys = [..."abcdefghijkl", ..."abcdefghijkl"];
  await Promise.all(keys.map((key) => use(key, soon)));
  expect(count().highest).toBe(4);
});

it("waits, when it is released, for what runs, and opens anew afterwards", async () => {
  const { pool, use, open } = world();
  let end = () => {};
  const running = use("a", () => new Promise((resolve) => (end = resolve)));
  await use("b");
  await soon();
  let released = false;
  const release = pool.release().then(() => (released = true));
  await soon();
  expect([...open]).toEqual(["a1"]);
  expect(released).toBe(false);
  expect(await use("a")).toBe("a3");
  end();
  await Promise.all([running, release]);
  expect([...open]).toEqual(["a3"]);
});

it("tries anew what could not be opened, and passes errors on", async () => {
  const { pool, use } = world(1);
  const fail = () => Promise.reject(new Error("no"));
  await expect(pool.use("a", fail, () => soon())).rejects.toThrow("no");
  await expect(use("a", fail)).rejects.toThrow("no");
  expect(await use("a")).toBe("a1");
  await pool.release();
});
