import { field } from "../../base/fields.ts";
import { naming } from "../../base/errors.ts";
import { OtherVersionError, type OpenRun } from "../../node/runs/open-run.ts";
import { differences } from "../../runs/manifest.ts";
import { Ledger } from "../../node/runs/ledger.ts";
import { type ShardJob, workOnQueue } from "../../node/runs/queue.ts";
import { finishShard } from "../../node/runs/work.ts";
import { defineCommand } from "../command.ts";
import { openAnyRun } from "../sharded/open-any-run.ts";
import { stopOnSignal } from "../sharded/follow.ts";

/** Computes shards that a queue hands out, of whatever runs, until it is stopped. */
export const work = defineCommand({
  name: "work",
  group: "data",
  summary: "Compute shards of runs over data sets, as a queue on Redis hands them out",
  arguments: [{ name: "<queue>", help: "the Redis server, as redis://host:6379" }],
  fields: {
    model: field.nullable(field.string(undefined, { help: "where the model lies here" })),
    data: field.nullable(field.string(undefined, { help: "where the photos lie here" })),
    stalled: field.number(20, {
      min: 1,
      help: "seconds without a sign of life after which a worker's shard goes to another",
    }),
  },
  examples: ["striate work redis://queue.local:6379"],
  async run([url], options, io) {
    using stop = stopOnSignal(io);
    const end = new AbortController();
    stop.signal.addEventListener("abort", () => end.abort());
    let open: { path: string; ledger: Ledger; run: OpenRun } | undefined;
    let unfit: OtherVersionError | undefined;

    /** The run of a job; the last one stays open, since its next shard will come. */
    const opened = async (path: string) => {
      const ledger = await Ledger.open(path);
      const isSame = open?.path === path && differences(open.ledger.manifest, ledger.manifest);
      if (open && isSame && isSame.length === 0) return open;
      await open?.run.close();
      open = undefined;
      const { run } = await openAnyRun(ledger, {
        model: options.model ?? undefined,
        data: options.data ?? undefined,
      });
      return (open = { path, ledger, run });
    };
    const workOn = async ({ manifest, shard }: ShardJob): Promise<"done" | "later"> => {
      try {
        const { ledger, run } = await opened(manifest);
        await naming(manifest, () => finishShard(ledger, run, shard, end.signal));
        return "done";
      } catch (error) {
        if (!(error instanceof OtherVersionError)) throw error;
        // Another worker will have the right one; this one is of no use here.
        unfit = error;
        end.abort();
        return "later";
      }
    };
    try {
      io.err("waiting for shards; Ctrl-C ends after the one at hand");
      await workOnQueue(url as string, workOn, (text) => io.err(text), {
        signal: end.signal,
        stalled: options.stalled,
      });
      if (unfit) throw unfit;
    } finally {
      await open?.run.close();
    }
  },
});
