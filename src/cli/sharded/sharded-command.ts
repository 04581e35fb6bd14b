import { counted } from "../../base/counted.ts";
import { dataHelp } from "../../data/named-datasets.ts";
import { join } from "node:path";
import { field, type Fields, type Values } from "../../base/fields.ts";
import { formatByteSize, parseByteSize } from "../../data/byte-size.ts";
import { checkFiniteWeights } from "../../model/check-weights.ts";
import { Ledger } from "../../node/runs/ledger.ts";
import { type ShardedView, type ViewRun, planRun } from "../../node/runs/open-run.ts";
import { shardRange } from "../../runs/manifest.ts";
import { type CommandDefinition, type CommandIo, defineCommand } from "../command.ts";
import { optionsOf } from "../flags.ts";
import { forceField } from "../options.ts";
import { type ManyOptions, conducted } from "./conducted.ts";
import { manyFields } from "./many-fields.ts";
import { mayWriteSeen, writeSeen } from "./outputs.ts";

/** Flags of every command that runs a network over a data set in shards. */
export const shardFields = {
  split: field.nullable(
    field.string(undefined, { help: "part of the data, as test or train[80%:] [all of it]" }),
  ),
  limit: field.nullable(field.int(undefined, { min: 1, help: "look at so many photos only" })),
  scale: field.nullable(
    field.string(undefined, { help: "what is done to 0..255; by default as the model says" }),
  ),
  size: field.nullable(field.tuple(2, undefined, { min: 1, help: "height,width of the photos" })),
  jfif_only: field.boolean(false, { help: "leave out the photos that TensorFlow Datasets drops" }),
  seed: field.int(0, { help: "of all that is random" }),
  memory: field.string("1g", {
    placeholder: "size",
    help: "what a worker's numbers may take, beside some 150 MB for Node, engine and a small network",
  }),
  ...manyFields,
  json: field.boolean(false, { help: "print the JSON instead of words" }),
  force: forceField,
};

/** The command of a view of a data set: `striate NAME FILE DATA`, computed shard by shard. */
export function shardedCommand(view: ShardedView): CommandDefinition {
  const { name, examples } = view.command!;
  const fields = {
    ...view.asks,
    ...view.shows,
    ...shardFields,
    out: field.string(`striate-${name}`, {
      placeholder: "path",
      help: "folder for the results, and for the run itself",
    }),
  };
  return defineCommand({
    name,
    group: "data",
    summary: view.summary,
    arguments: [
      { name: "<file>", help: "a model file" },
      { name: "<data>", help: dataHelp },
    ],
    fields,
    ...(examples && { examples }),
    async run([file, data], options, io) {
      const how = { force: options.force as boolean };
      const { split, limit, scale, size, jfif_only, seed, out } = options as Values<
        typeof shardFields
      > & { out: string };
      await mayWriteSeen(view as never, out, how);
      const run = await planRun({
        view,
        asks: optionsOf(view.asks as Fields, options as Values<Fields>),
        model: file as string,
        data: { source: data as string, split, limit, scale, size, jfif_only },
        seed,
        memory: parseByteSize(options.memory as string),
      });
      try {
        checkFiniteWeights(run.model.network);
        for (const notice of [...(run.subject.notices ?? []), ...run.set.warnings()])
          io.err(notice);
        const { late } = view.shards;
        const folder = join(out, "run");
        const ledger = await Ledger.begin(folder, run.manifest, how.force, late);
        sayCosts(ledger, run, io);
        const seen = await conducted(ledger, run, options as unknown as ManyOptions, io);
        if (seen) await reportSeen(seen as never, out, options, io);
      } finally {
        await run.close();
      }
    },
  }) as unknown as CommandDefinition;
}

/** Writes the result and says it. */
export async function reportSeen(
  seen: Parameters<typeof writeSeen>[0],
  out: string,
  options: Readonly<Record<string, unknown>>,
  io: CommandIo,
): Promise<void> {
  const shows = optionsOf(seen.view.shows, options as Values<Fields>);
  const files = await writeSeen(seen, out, shows, { force: options["force"] === true });
  if (options.json === true) {
    io.text(JSON.stringify(seen.json, null, 2));
    return;
  }
  for (const line of seen.wordsWithin(io.terminal.width).lines) io.out(line);
  for (const path of files) io.out(`wrote ${path}`);
}

/** What the run will take, before it begins. */
function sayCosts(ledger: Ledger, run: ViewRun, io: CommandIo): void {
  const { model, subject, asks, view, manifest } = run;
  const { bytesOfPart } = view.shards.costs(model.network, subject, asks, manifest.memory, true);
  let bytes = 0;
  for (let shard = 0; shard < Math.min(ledger.shards, 2); shard++) {
    const [from, to] = shardRange(manifest, shard);
    bytes = Math.max(bytes, bytesOfPart(to - from));
  }
  if (ledger.shards < 2) return;
  io.err(
    `${counted(manifest.photos, "photo")} in ${counted(ledger.shards, "shard")} of ${manifest.shard}; their results take at most ${formatByteSize(bytes * ledger.shards)} in ${ledger.folder}`,
  );
}
