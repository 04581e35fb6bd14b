import { build } from "esbuild";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FuzzOrder, FuzzReport } from "./fuzz/worker.ts";

// Files of strangers may be damaged or hostile. Small files of every format are damaged in their bytes,
// JSON keys and protobuf fields, and read: each time a model must come out, or one sentence that names
// the file; soon, and without more memory than the file accounts for.

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
// Of its own for each run: two may go on in one checkout.
const bundle = path(`../.cache/fuzz-worker-${process.pid}.mjs`);

// On a desk a look at each format is enough; CI tries more, and `npm run fuzz` 20,000 of each.
const rounds = Number(process.env.STRIATE_FUZZ_ROUNDS ?? (process.env.CI ? 2_000 : 200));
const seed = Number(process.env.STRIATE_FUZZ_SEED ?? 1);
const workers = 2;
const hangs = 5_000;
const memory = 2 ** 30;

beforeAll(async () => {
  await build({
    entryPoints: [path("./fuzz/worker.ts")],
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

describe("damaged files", () => {
  it.concurrent.each(Array.from({ length: workers }, (_, share) => share))(
    "share %d: a model or a sentence, every time",
    async (share) => {
      const reports = await run({
        root: path("../fixtures/data/"),
        rounds,
        seed,
        share,
        of: workers,
      });
      for (const { target, round, slowest, largest, resident, opened, faults } of reports) {
        expect(faults, target).toEqual([]);
        expect(round, target).toBe(rounds);
        expect(slowest, `milliseconds of one reading of ${target}`).toBeLessThan(hangs);
        expect(largest, `bytes that one reading of ${target} asked for`).toBeLessThan(memory);
        expect(resident, `size of the process at ${target}`).toBeLessThan(memory);
        // Some damage does no harm; if nothing opened, nothing deep was tried.
        if (!target.startsWith("hostile"))
          expect(opened, `models opened of ${target}`).toBeGreaterThan(rounds / 1000);
      }
    },
    // A limit for the whole; each round has its own.
    1_200_000,
  );
});

/** Runs a worker to its end; one that says nothing for too long hangs. */
function run(order: FuzzOrder): Promise<FuzzReport[]> {
  const worker = new Worker(bundle, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  const last = new Map<string, FuzzReport>();
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const wait = (current: string) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        void worker.terminate();
        reject(new Error(`reading hangs: ${current}`));
      }, 12 * hangs);
    };
    worker.on("message", (report: FuzzReport) => {
      last.set(report.target, report);
      wait(`${report.target}, between rounds ${report.round} and ${report.round + 100}`);
    });
    worker.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    worker.on("exit", () => {
      clearTimeout(timer);
      resolve([...last.values()]);
    });
  });
}
