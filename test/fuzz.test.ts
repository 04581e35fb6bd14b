import { build } from "esbuild";
import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FuzzOrder, FuzzReport } from "./fuzz/child.ts";

// Files of strangers may be damaged or hostile. Small files of every format are damaged in their bytes,
// JSON keys and protobuf fields, or made by a grammar that writes what is sound in its parts with hostile
// numbers. Each time a model must come out, or one sentence that names the file; soon, and within a gigabyte.

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
// Of its own for each run: two may go on in one checkout.
const bundle = path(`../.cache/fuzz-child-${process.pid}.mjs`);

// In `npm test` a look at each format is enough; `npm run fuzz` tries 20,000 of each.
const order: FuzzOrder = {
  root: path("../fixtures/data/"),
  rounds: Number(process.env.STRIATE_FUZZ_ROUNDS ?? 200),
  seed: Number(process.env.STRIATE_FUZZ_SEED ?? 1),
  seconds: 5,
  memory: 2 ** 30,
};
const only = process.env.STRIATE_FUZZ_ONLY;
const processes = 2;
/** What is read is short-lived: it is thrown away together, before it is moved. */
const heap = ["--max-old-space-size=512", "--max-semi-space-size=32"];

beforeAll(async () => {
  await build({
    entryPoints: [path("./fuzz/child.ts")],
    outfile: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    splitting: false,
  });
});

afterAll(() => rm(bundle, { force: true }));

describe("damaged and hostile files", () => {
  it("give a model or a sentence, every time", async () => {
    const waiting: number[] = [];
    let names: string[] | undefined;
    const known = (all: string[]) => {
      if (names) return;
      names = all;
      waiting.push(...[...all.keys()].filter((i) => !only || all[i]!.includes(only)));
    };
    const shares = Array.from({ length: processes }, () => run(known, () => waiting.shift()));
    const reports = (await Promise.all(shares)).flat();
    expect(reports.length).toBe(names!.filter((name) => !only || name.includes(only)).length);
    const found: string[] = [];
    for (const { target, rounds, slowest, resident, time, opened, faults } of reports) {
      if (process.env.STRIATE_FUZZ_ROUNDS)
        console.log(
          `${target}: ${opened} of ${rounds} opened, ${(time / rounds).toFixed(2)} ms each, ` +
            `slowest ${slowest.toFixed(0)} ms, ${(resident / 2 ** 20).toFixed(0)} MB`,
        );
      found.push(...faults.map((fault) => `${target}, ${fault}`));
      // Some damage does no harm; if nothing opened, nothing deep was tried.
      if (!/zip$/.test(target))
        expect(opened, `models opened of ${target}`).toBeGreaterThan(rounds / 1000);
    }
    expect(found).toEqual([]);
  }, 1_800_000);
});

/**
 * Runs a process that tries one kind of file after another; the system lets it have no more than a gigabyte,
 * and it ends itself where one file takes too long.
 */
function run(
  known: (names: string[]) => void,
  next: () => number | undefined,
): Promise<FuzzReport[]> {
  const limited = `ulimit -d ${order.memory / 1024} 2>/dev/null; exec "$0" "$@"`;
  const child: ChildProcess = spawn(
    "sh",
    ["-c", limited, process.execPath, ...heap, bundle, JSON.stringify(order)],
    { stdio: ["ignore", "inherit", "pipe", "ipc"] },
  );
  let said = "";
  child.stderr!.on("data", (text: Buffer) => (said = (said + text.toString()).slice(-1000)));
  const reports: FuzzReport[] = [];
  return new Promise((resolve, reject) => {
    child.on("message", (message: FuzzReport | { targets: string[] }) => {
      if ("targets" in message) known(message.targets);
      else reports.push(message);
      child.send(next() ?? -1);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve(reports);
      else reject(new Error(`the process ended with ${code ?? signal}: ${said}`));
    });
  });
}
