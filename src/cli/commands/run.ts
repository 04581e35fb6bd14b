import { dirname } from "node:path";
import { field } from "../../base/fields.ts";
import { conductRun, mergeRun } from "../../node/runs/conduct.ts";
import { Ledger } from "../../node/runs/ledger.ts";
import { defaultWorkers } from "../../node/runs/open-run.ts";
import { workOnRun } from "../../node/runs/work.ts";
import { parseShare, shareOfJob } from "../../runs/share.ts";
import { defineCommand } from "../command.ts";
import { forceField } from "../options.ts";
import { followRun, stopOnSignal } from "../sharded/follow.ts";
import { cutResult, doneInWords, stopped } from "../sharded/conducted.ts";
import { openAnyRun } from "../sharded/open-any-run.ts";

/** Goes on with a run, helps it, or puts its shards together. */
export const run = defineCommand({
  name: "run",
  group: "data",
  summary: "Go on with a run over a data set, help it as one of many workers, or merge its shards",
  arguments: [{ name: "<manifest>", help: "the manifest.json in the run's folder" }],
  fields: {
    worker: field.boolean(false, {
      help: "compute shards until none is left; in a Slurm, Kubernetes or AWS Batch array this job's share",
    }),
    shard: field.nullable(
      field.string(undefined, {
        placeholder: "i/n",
        help: "compute one of several shares only, as 3/16",
      }),
    ),
    merge: field.boolean(false, { help: "put the shards together, and compute none" }),
    workers: field.nullable(
      field.int(undefined, { min: 1, max: 256, help: "processes on this machine; one a core" }),
    ),
    queue: field.nullable(
      field.string(undefined, {
        placeholder: "url",
        help: "a Redis server whose workers compute the shards",
      }),
    ),
    model: field.nullable(field.string(undefined, { help: "where the model lies here" })),
    data: field.nullable(field.string(undefined, { help: "where the photos lie here" })),
    out: field.nullable(
      field.string(undefined, {
        placeholder: "path",
        help: "folder for the results [the one around the run's]",
      }),
    ),
    theme: field.choice(["light", "dark"], "light", { help: "paper of the pictures" }),
    force: forceField,
    json: field.boolean(false, { help: "print the JSON instead of words" }),
  },
  examples: [
    "striate run striate-census/run/manifest.json --worker",
    "striate run striate-census/run/manifest.json --merge",
  ],
  async run([path], options, io) {
    const ledger = await Ledger.open(path as string);
    const { manifest } = ledger;
    const job = shareOfJob(io.env);
    const share = options.shard === null ? job : parseShare(options.shard);
    const { run: opened, tell } = await openAnyRun(ledger, {
      model: options.model ?? undefined,
      data: options.data ?? undefined,
    });
    try {
      using stop = stopOnSignal(io);
      const report = followRun(io, manifest.photos);
      if (options.worker || share) {
        await workOnRun(ledger, opened, share ?? { index: 0, of: 1 }, report, stop.signal);
        io.out(await doneInWords(ledger));
        return;
      }
      const workers = options.workers ?? defaultWorkers();
      const result = options.merge
        ? await mergeRun(ledger, opened, report)
        : await conductRun(ledger, opened, {
            workers,
            queue: options.queue ?? undefined,
            signal: stop.signal,
            report,
          });
      if (result === undefined) throw options.merge ? cutResult(ledger) : await stopped(ledger);
      await tell(result, options.out ?? dirname(ledger.folder), options, io);
    } finally {
      await opened.close();
    }
  },
});
