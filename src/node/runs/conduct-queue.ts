import { setTimeout as sleep } from "node:timers/promises";
import { StriateError } from "../../base/errors.ts";
import type { ConductOptions } from "./conduct-options.ts";
import type { Ledger } from "./ledger.ts";
import { QueueGoneError, ShardQueue } from "./queue.ts";

/** Milliseconds between two looks at the ledger, and at the queue. */
const [pause, glance] = [200, 2000];
/** A server that is away for so many milliseconds does not come back. */
const longest = 120_000;

/**
 * Sends the shards that are not done to the workers of a queue, and follows them. What is done is told by the
 * folder of the run alone: a server that loses all that it knows costs nothing but time.
 *
 * @throws StriateError where a shard failed for good, or the server stays away
 */
export async function followQueue(
  url: string,
  ledger: Ledger,
  { signal, report }: Omit<ConductOptions, "workers">,
): Promise<void> {
  const queue = await ShardQueue.open(url);
  let lastGlance = 0;
  let away: number | undefined;
  try {
    await queue.send(ledger, await missing(ledger));
    for (let before = -1; ;) {
      const left = await missing(ledger);
      const done = ledger.shards - left.length;
      if (done !== before) report?.shards?.((before = done), ledger.shards);
      if (left.length === 0 || signal?.aborted) break;
      if (Date.now() - lastGlance > glance) {
        lastGlance = Date.now();
        away = await lookAfter(queue, ledger, left, away, report?.notice);
      }
      await sleep(pause);
    }
  } finally {
    // Who stops, or is stopped by a failure, leaves nothing for the workers to do.
    await queue.clear(ledger).catch(() => undefined);
    await queue.close();
  }
}

async function missing(ledger: Ledger): Promise<number[]> {
  const done = new Set(await ledger.done());
  // bounded: where the manifest is read
  return Array.from({ length: ledger.shards }, (_, i) => i).filter((i) => !done.has(i));
}

/** @returns since when the server is away; undefined where it is there */
async function lookAfter(
  queue: ShardQueue,
  ledger: Ledger,
  left: readonly number[],
  away: number | undefined,
  notice: ((text: string) => void) | undefined,
): Promise<number | undefined> {
  try {
    const failed = await queue.failure(ledger);
    if (failed !== undefined)
      throw new StriateError(
        `a shard failed for good: ${failed}; the others are kept: mend it and run the command again`,
      );
    // A server that was started anew may know nothing of what it was told.
    if (!(await queue.knows(ledger, left[0]!)) && !(await ledger.isDone(left[0]!)))
      await queue.send(ledger, await missing(ledger));
    if (away !== undefined) notice?.("the queue is there again");
    return undefined;
  } catch (error) {
    if (!(error instanceof QueueGoneError)) throw error;
    const since = away ?? Date.now();
    if (away === undefined)
      notice?.(`${error.message}; what is done is kept, and it is waited for`);
    if (Date.now() - since > longest) throw error;
    return since;
  }
}
