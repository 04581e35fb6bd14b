import { build } from "esbuild";
import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FuzzOrder, FuzzReport, FuzzSlice } from "./fuzz/child.ts";

// Files of strangers may be damaged or hostile. Small files of every format are damaged in their bytes,
// JSON keys and protobuf fields, or made by a grammar that writes what is sound in its parts with hostile
// numbers. Each time a model must come out, or one sentence that names the file; soon, and within a gigabyte.

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
// Of its own for each run: two may go on in one checkout.
const bundle = path(`../.cache/fuzz-child-${process.pid}.mjs`);

// In `npm run long` a look at each format is enough; `.ci/run` tries 20,000 of each, or as many as six minutes
// have room for, and `npm run fuzz` 100,000 however long it takes.
const order: FuzzOrder = {
  root: path("../fixtures/data/"),
  rounds: Number(process.env.STRIATE_FUZZ_ROUNDS ?? 200),
  seed: Number(process.env.STRIATE_FUZZ_SEED ?? 1),
  seconds: 5,
  memory: 2 ** 30,
};
const only = process.env.STRIATE_FUZZ_ONLY;
const minutes = process.env.STRIATE_FUZZ_MINUTES
  ? Number(process.env.STRIATE_FUZZ_MINUTES)
  : undefined;
const processes = 2;
/** What is read is short-lived: it is thrown away together, before it is moved. */
const heap = ["--max-old-space-size=512", "--max-semi-space-size=32"];
/** Files of one kind before the next kind has its turn. */
const atOnce = 1000;

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
    const until = minutes === undefined ? Infinity : Date.now() + 60_000 * minutes;
    let waiting: FuzzSlice[] | undefined;
    const next = () => (Date.now() < until ? waiting?.shift() : undefined);
    const known = (names: string[]) => (waiting ??= slicesOf(names));
    const shares = Array.from({ length: processes }, () => run(known, next));
    const all = new Map<string, FuzzReport>();
    for (const report of (await Promise.all(shares)).flat())
      all.set(report.target, together(all.get(report.target), report));
    const found: string[] = [];
    for (const { target, rounds, slowest, resident, time, opened, faults } of all.values()) {
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
    expect(all.size).toBeGreaterThan(0);
    if (minutes === undefined) expect(waiting).toEqual([]);
  }, 14_400_000);
});

/** All rounds of all kinds: every kind has its first ones before any has more. */
function slicesOf(names: readonly string[]): FuzzSlice[] {
  const indices = [...names.keys()].filter((i) => !only || names[i]!.includes(only));
  const starts = Array.from({ length: Math.ceil(order.rounds / atOnce) }, (_, i) => i * atOnce);
  return starts.flatMap((from) =>
    indices.map((index) => ({ index, from, to: Math.min(order.rounds, from + atOnce) })),
  );
}

const together = (a: FuzzReport | undefined, b: FuzzReport): FuzzReport =>
  a === undefined
    ? b
    : {
        target: a.target,
        rounds: a.rounds + b.rounds,
        slowest: Math.max(a.slowest, b.slowest),
        time: a.time + b.time,
        resident: Math.max(a.resident, b.resident),
        opened: a.opened + b.opened,
        faults: [...a.faults, ...b.faults].slice(0, 5),
      };

/**
 * Runs a process that tries one kind of file after another; the system lets it have no more than a gigabyte,
 * and it ends itself where one file takes too long.
 */
function run(
  known: (names: string[]) => void,
  next: () => FuzzSlice | undefined,
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
      child.send(next() ?? "end");
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve(reports);
      else reject(new Error(`the process ended with ${code ?? signal}: ${said}`));
    });
  });
}
