import { counted } from "../../base/counted.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { StriateError } from "../../base/errors.ts";
import { slowlyNow } from "../../runtime/node/index.ts";
import type { ConductOptions } from "./conduct-options.ts";
import { followQueue } from "./conduct-queue.ts";
import type { Ledger } from "./ledger.ts";
import { mostAttempts } from "./ledger.ts";
import type { OpenRun } from "./open-run.ts";
import { type WorkReport, saysTooOften, tooOften, workOnRun } from "./work.ts";

/** Milliseconds between two looks at the ledger. */
const pause = 200;
/** How often a worker that died is started again. */
const mostRestarts = 5;

/**
 * Computes what is not done yet, and puts all shards together in their order.
 *
 * @returns undefined where it was stopped; what is done stays for the next time
 * @throws StriateError where a shard failed too often, or another process follows the run
 */
export async function conductRun<R>(
  ledger: Ledger,
  run: OpenRun<R>,
  options: ConductOptions,
): Promise<R | undefined> {
  const release = await ledger.conduct();
  try {
    await ledger.forgive();
    for (let round = 0; round < 3; round++) {
      const left = ledger.shards - (await ledger.done()).length;
      if (left > 0 && options.queue) await followQueue(options.queue, ledger, options);
      else if (left > 1 && options.workers > 1) await hire(ledger, run, options);
      else if (left > 0) await alone(ledger, run, options);
      if (options.signal?.aborted) return undefined;
      const result = await mergeRun(ledger, run, options.report);
      if (result !== undefined) return result;
    }
  } finally {
    await release();
  }
  throw new StriateError(
    `${ledger.folder}: results do not stay as they were written; is the disk sound, and does nobody else write there?`,
  );
}

/**
 * The result of all shards.
 * @returns undefined where one was cut or changed since it was written: it counts as not done then
 * @throws StriateError where some are not done
 */
export async function mergeRun<R>(
  ledger: Ledger,
  run: OpenRun<R>,
  report: WorkReport = {},
): Promise<R | undefined> {
  const done = new Set(await ledger.done());
  // bounded: where the manifest is read
  const missing = Array.from({ length: ledger.shards }, (_, i) => i).filter((i) => !done.has(i));
  if (missing.length > 0)
    throw new StriateError(
      `${missing.length} of ${ledger.shards} shards are not done: ${missing
        .slice(0, 8)
        .map((i) => i + 1)
        .join(", ")}${missing.length > 8 ? ", ..." : ""}; run: striate run ${ledger.path}`,
    );
  const cut: number[] = [];
  try {
    return await run.merge(results(), ledger.folder);
  } catch (error) {
    if (!(error instanceof CutError)) throw error;
    report.notice?.(
      `the results of ${counted(cut.length, "shard")} (${cut.map((i) => i + 1).join(", ")}) are cut or changed, and are computed again`,
    );
    return undefined;
  }

  async function* results() {
    for (let shard = 0; shard < ledger.shards; shard++) {
      const part = await ledger.result(shard);
      const isWhole = part !== undefined && ((await run.isWhole?.(part.bytes)) ?? true);
      if (part !== undefined && !isWhole) await ledger.forget(shard);
      if (!isWhole) cut.push(shard);
      else if (cut.length === 0) yield part;
    }
    if (cut.length > 0) throw new CutError();
  }
}

/** Some results are not as they were written. */
class CutError extends Error {}

async function alone(ledger: Ledger, run: OpenRun, options: ConductOptions): Promise<void> {
  const { report, signal } = options;
  let done = (await ledger.done()).length;
  const counted: WorkReport = {
    ...report,
    done: () => report?.shards?.(++done, ledger.shards),
  };
  await workOnRun(ledger, run, { index: 0, of: 1 }, counted, signal);
}

/** Starts workers, works along with them, follows the ledger, and sees to it that all come to an end. */
async function hire(ledger: Ledger, run: OpenRun, options: ConductOptions): Promise<void> {
  const { workers, signal, report } = options;
  const running = new Set<ChildProcess>();
  // This process says it itself.
  const said = new Set([slowlyNow()]);
  let restarts = 0;
  let failed = "";
  const notice = (line: string) => {
    if (!said.has(line)) report?.notice?.(line);
    said.add(line);
  };
  const start = (index: number): void => {
    const child = startWorker(ledger.path, index);
    running.add(child);
    createInterface({ input: child.stderr! }).on("line", (line) => {
      if (!saysTooOften(line)) notice(line);
      failed = line;
    });
    child.on("exit", (code, killed) => {
      running.delete(child);
      // One that was killed is replaced; one that gave up has said why.
      if (killed !== null && !signal?.aborted && restarts++ < mostRestarts) start(index);
      else if (code !== 0 && code !== null) restarts = mostRestarts;
    });
  };
  const stop = () => running.forEach((child) => child.kill("SIGTERM"));
  signal?.addEventListener("abort", stop);
  const end = new AbortController();
  const both = signal ? AbortSignal.any([signal, end.signal]) : end.signal;
  const left = ledger.shards - (await ledger.done()).length;
  for (let i = 1; i < Math.min(workers, left); i++) start(i);
  // Model and photos are open here already: this process is a worker too.
  let own: "works" | "done" | { error: unknown } = "works";
  const ownWork = workOnRun(ledger, run, { index: 0, of: 1 }, { notice }, both).then(
    () => (own = "done"),
    (error: unknown) => (own = { error }),
  );
  const ownState = () => own;
  try {
    for (let before = -1; ;) {
      const done = (await ledger.done()).length;
      if (done !== before) report?.shards?.((before = done), ledger.shards);
      if (done === ledger.shards || signal?.aborted) break;
      const state = ownState();
      if (typeof state === "object") throw state.error;
      if (running.size === 0 && state === "done") throw await gaveUp(ledger, failed);
      await sleep(pause);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    end.abort();
    await ownWork;
    await ended(running);
  }
}

function startWorker(manifest: string, index: number): ChildProcess {
  const main = process.argv[1]!;
  return spawn(process.execPath, [...process.execArgv, main, "run", manifest, "--worker"], {
    stdio: ["ignore", "ignore", "pipe"],
    // Each begins at another shard; which one computes it makes no difference.
    env: { ...process.env, JOB_COMPLETION_INDEX: String(index), JOB_COMPLETIONS: "" },
  });
}

/** Waits for workers that have nothing left to do. */
async function ended(running: ReadonlySet<ChildProcess>): Promise<void> {
  for (let waited = 0; running.size > 0 && waited < 30_000; waited += 50) {
    if (waited === 5000) running.forEach((child) => child.kill("SIGTERM"));
    await sleep(50);
  }
  running.forEach((child) => child.kill("SIGKILL"));
}

async function gaveUp(ledger: Ledger, said: string): Promise<StriateError> {
  for (let shard = 0; shard < ledger.shards; shard++) {
    const failure = await ledger.failure(shard);
    if (failure && failure.attempts >= mostAttempts) return tooOften(shard, failure.message);
  }
  return new StriateError(
    `all workers ended before the run was done${said ? `; the last words: ${said}` : ""}`,
  );
}
