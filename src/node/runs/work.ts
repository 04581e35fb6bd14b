import { setTimeout as sleep } from "node:timers/promises";
import { StriateError, messageOf } from "../../base/errors.ts";
import { shardRange } from "../../runs/manifest.ts";
import { type Share, shardsOf } from "../../runs/share.ts";
import { StoppedError } from "../../views/context.ts";
import { type Ledger, mostAttempts } from "./ledger.ts";
import type { OpenRun } from "./open-run.ts";

/** What a worker says on the way. */
export interface WorkReport {
  /** A shard is done here. */
  done?(shard: number): void;
  /** How far the shard is that is computed now, 0 to 1. */
  progress?(shard: number, done: number): void;
  /** Something that a person should know. */
  notice?(text: string): void;
}

/** Milliseconds before a failed shard is tried again, doubled each time. */
const firstPause = 500;
/** Milliseconds between two looks at shards that others compute: more and more, up to the last. */
const [shortPause, pause] = [50, 1000];

/**
 * Computes shards until all are done, by this worker or by others: each is claimed first, so that several workers
 * on several machines share the work without a word. One that fails is tried again, a few times in all.
 *
 * @param share which shards; those of others are left to them
 * @param signal asks the worker to stop after the shard that it is at
 * @throws StriateError where a shard failed too often
 */
export async function workOnRun(
  ledger: Ledger,
  run: OpenRun,
  share: Share,
  report: WorkReport = {},
  signal?: AbortSignal,
): Promise<void> {
  const shards = shardsOf(share, ledger.shards);
  const left = new Set(shards);
  let wait = shortPause;
  for (let patient = false; left.size > 0; patient = true) {
    const before = left.size;
    for (const shard of await ledger.done()) left.delete(shard);
    for (const shard of [...left]) {
      if (signal?.aborted) return;
      if (await ledger.isDone(shard)) left.delete(shard);
      else if (await tryShard(ledger, run, shard, patient, report, signal)) left.delete(shard);
    }
    // Nothing to do here but to see that the others come to an end.
    wait = left.size === before ? Math.min(pause, 2 * wait) : shortPause;
    if (left.size === before) await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) return;
  }
}

/** @returns whether the shard is done */
async function tryShard(
  ledger: Ledger,
  run: OpenRun,
  shard: number,
  patient: boolean,
  report: WorkReport,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const failed = await ledger.failure(shard);
  if (failed && failed.attempts >= mostAttempts) throw tooOften(shard, failed.message);
  const release = await ledger.claim(shard, patient);
  if (release === undefined) return false;
  try {
    // Between the look and the claim somebody may have been faster.
    if (await ledger.isDone(shard)) return true;
    await computeShard(ledger, run, shard, report, signal);
    return true;
  } catch (error) {
    // Whoever stops has no result; the next one begins this shard anew.
    if (signal?.aborted && error instanceof StoppedError) return false;
    if (!(error instanceof StriateError)) throw error;
    const message = messageOf(error);
    const attempts = await ledger.fail(shard, message);
    if (attempts >= mostAttempts) throw tooOften(shard, message, error);
    report.notice?.(`shard ${shard + 1} failed and is tried again: ${message}`);
    await sleep(firstPause * 2 ** (attempts - 1));
    return false;
  } finally {
    await release();
  }
}

/**
 * Sees to it that one shard is done: computes it, unless it is done already, or somebody else comes to its end with
 * it.
 */
export async function finishShard(
  ledger: Ledger,
  run: OpenRun,
  shard: number,
  signal: AbortSignal,
): Promise<void> {
  while (!(await ledger.isDone(shard))) {
    const release = await ledger.claim(shard, true);
    if (release === undefined) {
      await sleep(pause, undefined, { signal });
      continue;
    }
    try {
      if (!(await ledger.isDone(shard))) await computeShard(ledger, run, shard, {}, signal);
    } finally {
      await release();
    }
  }
}

/** Computes one shard and writes it into the ledger. */
export async function computeShard(
  ledger: Ledger,
  run: OpenRun,
  shard: number,
  report: WorkReport = {},
  signal?: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  const [from, to] = shardRange(ledger.manifest, shard);
  const bytes = await run.compute(from, to, {
    ...(signal && { signal }),
    onProgress: (done) => report.progress?.(shard, done),
  });
  const seconds = Math.round((performance.now() - begun) / 10) / 100;
  await ledger.finish(shard, bytes, { photos: to - from, seconds });
  report.done?.(shard);
}

/** What is said of a shard that fails every time; {@link saysTooOften} knows it again. */
export const tooOften = (shard: number, message: string, cause?: unknown): StriateError =>
  new StriateError(
    `shard ${shard + 1} failed ${mostAttempts} times: ${message}; the others are kept: mend it and run the command again`,
    cause === undefined ? undefined : { cause },
  );

/** Whether a worker's last words are those of {@link tooOften}, which whoever conducts the run says too. */
export const saysTooOften = (line: string): boolean =>
  new RegExp(`^striate: shard \\d+ failed ${mostAttempts} times: `).test(line);
