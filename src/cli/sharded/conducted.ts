import { counted } from "../../base/counted.ts";
import { StriateError, UsageError } from "../../base/errors.ts";
import { conductRun } from "../../node/runs/conduct.ts";
import type { Ledger } from "../../node/runs/ledger.ts";
import { type OpenRun, defaultWorkers } from "../../node/runs/open-run.ts";
import { workOnRun } from "../../node/runs/work.ts";
import { parseShare } from "../../runs/share.ts";
import { StoppedError } from "../../views/context.ts";
import type { CommandIo } from "../command.ts";
import { followRun, stopOnSignal } from "./follow.ts";

/** The flags that share work out. */
export interface ManyOptions {
  readonly workers: number | null;
  readonly queue: string | null;
  readonly shard: string | null;
}

/**
 * Computes a run as the flags say, by several workers, a queue's, or one share of it.
 *
 * @returns the result of all shards; undefined where one share alone was asked for
 * @throws StoppedError where it was stopped; what is done is kept
 */
export async function conducted<R>(
  ledger: Ledger,
  run: OpenRun<R>,
  { workers, queue, shard }: ManyOptions,
  io: CommandIo,
): Promise<R | undefined> {
  const share = shard === null ? undefined : parseShare(shard);
  using stop = stopOnSignal(io);
  const { signal } = stop;
  const report = followRun(io, run.manifest.photos);
  if (share) {
    await workOnRun(ledger, run, share, report, signal);
    io.out(`${await doneInWords(ledger)}; when all are: striate run ${ledger.path} --merge`);
    return undefined;
  }
  const options = { workers: workers ?? defaultWorkers(), queue: queue ?? undefined };
  const result = await conductRun(ledger, run, { ...options, signal, report });
  if (result === undefined) throw await stopped(ledger);
  return result;
}

/** What is said of a run that was stopped. */
export async function stopped(ledger: Ledger): Promise<StoppedError> {
  return new StoppedError(
    `stopped: ${await doneInWords(ledger)} and kept; go on with the same command`,
  );
}

/** `3 of 10 shards are done` */
export async function doneInWords(ledger: Ledger): Promise<string> {
  const { length } = await ledger.done();
  return `${length} of ${counted(ledger.shards, "shard")} ${ledger.shards === 1 ? "is" : "are"} done`;
}

/** @throws UsageError where a command asks for several workers, and for what one alone can do */
export function refuseMany(reason: string): never {
  throw new UsageError(`--workers, --shard and --queue: ${reason}`);
}

export const isMany = ({ workers, queue, shard }: ManyOptions): boolean =>
  workers !== null || queue !== null || shard !== null;

export const cutResult = (ledger: Ledger): StriateError =>
  new StriateError(
    `${ledger.folder}: a shard is cut or changed; compute it again: striate run ${ledger.path}`,
  );
