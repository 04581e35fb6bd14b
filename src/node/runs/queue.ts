import type { Job, Queue, Worker } from "bullmq";
import { setTimeout as sleep } from "node:timers/promises";
import { StriateError, messageOf } from "../../base/errors.ts";
import { shownAddress } from "../../api/web-address.ts";
import { type Ledger, digest } from "./ledger.ts";

/** What a job says: the manifest in a folder that all machines see, and the shard. */
export interface ShardJob {
  readonly manifest: string;
  readonly shard: number;
}

/** All runs share one queue: workers take whatever comes first. */
const queueName = "striate";
/** Milliseconds in which a server answers, or does not. */
const patience = 10_000;
/** Jobs that are sent in one go. */
const bundle = 500;

/** The queue on a Redis server. */
export class ShardQueue {
  readonly #queue: Queue<ShardJob>;
  readonly #address: string;

  private constructor(queue: Queue<ShardJob>, address: string) {
    this.#queue = queue;
    this.#address = address;
  }

  /** @throws StriateError where BullMQ is not installed, or the server is not there */
  static async open(url: string): Promise<ShardQueue> {
    const { Queue } = await loadBullMq();
    const address = shownAddress(url);
    const queue = new Queue<ShardJob>(queueName, {
      connection: { ...connectionTo(url), commandTimeout: patience, maxRetriesPerRequest: 1 },
    });
    // Later it tells of every attempt to reach a server that went away; what fails in the end is said once.
    const refused = new Promise<never>((_, reject) => queue.on("error", reject));
    refused.catch(() => undefined);
    const opened = new ShardQueue(queue, address);
    try {
      await within(patience, Promise.race([queue.waitUntilReady(), refused]));
    } catch (error) {
      await opened.close();
      throw refusal(address, error);
    }
    return opened;
  }

  /** Sends the shards that are not done; those that wait already are not sent twice. */
  async send(ledger: Ledger, shards: readonly number[]): Promise<void> {
    for (let from = 0; from < shards.length; from += bundle)
      await this.#ask(
        this.#queue.addBulk(
          shards.slice(from, from + bundle).map((shard) => ({
            name: ledger.manifest.view,
            data: { manifest: ledger.path, shard },
            opts: {
              jobId: jobId(ledger, shard),
              attempts: 3,
              backoff: { type: "exponential", delay: 500 },
              removeOnComplete: true,
            },
          })),
        ),
      );
  }

  /** Whether a shard waits, runs or failed; false where nobody knows of it. */
  async knows(ledger: Ledger, shard: number): Promise<boolean> {
    return (await this.#ask(this.#queue.getJob(jobId(ledger, shard)))) !== undefined;
  }

  /** Why a shard of a run failed for good; undefined where none did. */
  async failure(ledger: Ledger): Promise<string | undefined> {
    const failed = await this.#ask(this.#queue.getFailed(0, 100));
    return failed.find((job) => isOf(job, ledger))?.failedReason;
  }

  /** Takes all shards of a run out of the queue; those that run now come to their end. */
  async clear(ledger: Ledger): Promise<void> {
    const jobs = await this.#ask(this.#queue.getJobs(["waiting", "delayed", "failed"]));
    for (const job of jobs) if (job && isOf(job, ledger)) await job.remove().catch(() => undefined);
  }

  async close(): Promise<void> {
    await within(2000, this.#queue.close()).catch(() => this.#queue.disconnect());
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await within(patience, answer);
    } catch (error) {
      throw refusal(this.#address, error);
    }
  }
}

/** The server is not there, or does not answer: it may come back. */
export class QueueGoneError extends StriateError {
  override name = "QueueGoneError";
}

/** What a worker does with a job; `later` puts it back for another worker. */
export type WorkOnJob = (job: ShardJob) => Promise<"done" | "later">;

/**
 * Takes jobs until it is stopped.
 *
 * @param options.stalled seconds after which a worker that gives no sign of life is given up
 * @throws StriateError where BullMQ is not installed, or the server is not there at the beginning
 */
export async function workOnQueue(
  url: string,
  work: WorkOnJob,
  notice: (text: string) => void,
  { signal, stalled }: { signal: AbortSignal; stalled: number },
): Promise<void> {
  // A server that is not there is said at once; later it is waited for.
  await (await ShardQueue.open(url)).close();
  const { Worker, DelayedError } = await loadBullMq();
  const address = shownAddress(url);
  const worker: Worker<ShardJob> = new Worker<ShardJob>(
    queueName,
    async (job, token) => {
      if ((await work(checkedJob(job.data))) === "done") return;
      await job.moveToDelayed(Date.now() + 2000, token);
      throw new DelayedError();
    },
    {
      connection: { ...connectionTo(url), maxRetriesPerRequest: null },
      concurrency: 1,
      lockDuration: 1000 * stalled,
      stalledInterval: 500 * stalled,
      maxStalledCount: 10,
    },
  );
  let said = "";
  worker.on("error", (error) => {
    const text = refusal(address, error).message;
    if (text !== said) notice(text);
    said = text;
  });
  worker.on("ready", () => {
    if (said !== "") notice(`${address}: is there again`);
    said = "";
  });
  worker.on("failed", (job, error) => {
    if (job) notice(`${shardOf(job.data)} failed: ${messageOf(error)}`);
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
  await within(60_000, worker.close()).catch(() => undefined);
}

/** Whoever reaches the server may write jobs: one that is none fails, and the worker goes on. @throws StriateError */
export function checkedJob(data: unknown): ShardJob {
  const { manifest, shard } = (data ?? {}) as Partial<ShardJob>;
  if (typeof manifest === "string" && Number.isInteger(shard) && shard! >= 0)
    return { manifest, shard: shard! };
  throw new StriateError("the queue holds a job that names no manifest and no shard");
}

const shardOf = (data: unknown): string => {
  const { shard } = (data ?? {}) as Partial<ShardJob>;
  return Number.isInteger(shard) ? `shard ${shard! + 1}` : "a job";
};

/** One id for a shard of a run: what is in the queue already is not put there again. */
const jobId = (ledger: Ledger, shard: number): string => `${runId(ledger)}-${shard}`;
const runId = ({ path, manifest }: Ledger): string =>
  digest(`${path}\n${JSON.stringify(manifest)}`).slice(0, 16);
const isOf = (job: Job<ShardJob>, ledger: Ledger): boolean =>
  job.id?.startsWith(`${runId(ledger)}-`) === true;

function connectionTo(url: string) {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url))
    throw new StriateError(
      `${shownAddress(url)}: is no address of a Redis server; write it as redis://host:6379`,
    );
  return { url, connectTimeout: patience, skipVersionCheck: true };
}

async function loadBullMq() {
  try {
    return await import("bullmq");
  } catch (error) {
    throw new StriateError(
      "queues need BullMQ and its Redis client, which are not installed: npm install bullmq ioredis",
      { cause: error },
    );
  }
}

class TooSlowError extends Error {}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(milliseconds, undefined, { signal: over.signal, ref: false }).then(() => {
        throw new TooSlowError();
      }),
    ]);
  } finally {
    over.abort();
  }
}

/** What the server or its client says, in a sentence. */
function refusal(address: string, error: unknown): StriateError {
  if (error instanceof StriateError) return error;
  const message = messageOf(error);
  const options = { cause: error };
  if (/OOM|maxmemory/.test(message))
    return new StriateError(
      `${address}: is full; give it more memory (maxmemory), or take away what it holds for others`,
      options,
    );
  if (error instanceof TooSlowError || /timed out/i.test(message))
    return new QueueGoneError(
      `${address}: does not answer within ${patience / 1000} s; is the server overloaded, or the way to it cut?`,
      options,
    );
  if (/NOAUTH|WRONGPASS/.test(message))
    return new StriateError(
      `${address}: wants a password; write it as redis://:PASSWORD@host`,
      options,
    );
  if (/ECONN|ENOTFOUND|EAI_AGAIN|closed|retries|EPIPE|Connection/i.test(message))
    return new QueueGoneError(
      `${address}: no Redis server answers there (${/E[A-Z]{4,}/.exec(message)?.[0] ?? message}); start one, or mend the address`,
      options,
    );
  return new StriateError(`${address}: ${message}`, options);
}
