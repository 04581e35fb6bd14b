import { join } from "node:path";
import { leftOut } from "../../model/lowering/left-out.ts";
import { checked, field } from "../../base/fields.ts";
import { parseByteSize } from "../../data/byte-size.ts";
import { datasetSubject } from "../../api/dataset-subject.ts";
import { Model } from "../../api/model.ts";
import { openDatasetFor } from "../../api/open-dataset.ts";
import { openModel } from "../../api/open-model.ts";
import { mayReplaceFile, replaceInFolder } from "../../node/files/replace-files.ts";
import { dataHelp } from "../../data/named-datasets.ts";
import { runtime } from "../../runtime/node/index.ts";
import { version } from "../../version.ts";
import { evaluationView } from "../../views/evaluation/evaluation-view.ts";
import { defineCommand } from "../command.ts";
import { encodePictures } from "../encode-pictures.ts";
import { optionsOf } from "../flags.ts";
import { engineFields, forceField } from "../options.ts";
import { manyFields } from "../sharded/many-fields.ts";

export const evaluate = defineCommand({
  name: "evaluate",
  group: "data",
  summary: evaluationView.summary,
  arguments: [
    { name: "<file>", help: "a model file" },
    { name: "<data>", help: dataHelp },
  ],
  fields: {
    split: field.nullable(
      field.string(undefined, { help: "part of the data, as test or train[80%:] [all of it]" }),
    ),
    batch: evaluationView.asks.batch,
    scale: field.nullable(
      field.string(undefined, { help: "what is done to 0..255; by default as the model says" }),
    ),
    size: field.nullable(
      field.tuple(2, undefined, { min: 1, help: "height,width of the pictures" }),
    ),
    limit: field.nullable(field.int(undefined, { min: 1, help: "look at so many pictures only" })),
    jfif_only: field.boolean(false, {
      help: "leave out the photos that TensorFlow Datasets drops",
    }),
    memory: field.nullable(
      checked(
        field.string(undefined, { placeholder: "size", help: "for decoded pictures, as 1g" }),
        parseByteSize,
      ),
    ),
    wrong: evaluationView.asks.wrong,
    ...manyFields,
    out: field.string("striate-evaluate", {
      placeholder: "path",
      help: "folder for evaluate.png and evaluate.json",
    }),
    force: forceField,
    json: field.boolean(false, { help: "print evaluate.json instead of words" }),
    ...engineFields,
  },
  examples: [
    "striate evaluate cat_vs_dog.h5 photos/",
    "striate evaluate shapes.h5 shapes --split test",
  ],
  async run([file, data], options, io) {
    // Several processes or machines: the same in shards.
    if (options.workers !== null || options.shard !== null || options.queue !== null) {
      const { shardedCommand } = await import("../sharded/sharded-command.ts");
      const command = shardedCommand(evaluationView as never);
      const seed = 0;
      const given = {
        ...options,
        memory: options.memory ?? "1g",
        seed,
        theme: "light",
      };
      return command.run([file, data], given as never, io);
    }
    await mayReplaceFile(join(options.out, "evaluate.json"), options);
    const { device, threads, size, memory, out } = options;
    const session = { device, threads: threads ?? undefined };
    const model = new Model(await openModel(file as string), runtime, session);
    const set = await openDatasetFor(model.network, data as string, {
      ...(size && { size: size as [number, number] }),
      jfifOnly: options.jfif_only,
      ...(memory && { memory }),
    });
    try {
      const subject = datasetSubject(model.network, set, options);
      for (const notice of subject.notices ?? []) io.err(notice);
      const seen = await model.view(
        evaluationView,
        subject,
        optionsOf(evaluationView.asks, options),
      );
      const left = leftOut(model.network);
      const data = {
        striate: version,
        ...(seen.json as object),
        ...(left.length > 0 && { left_out: left }),
      };
      const text = JSON.stringify(data, null, 2);
      const pictures = await encodePictures(seen.draw(), "png");
      const report = { path: "evaluate.json", bytes: `${text}\n` };
      await replaceInFolder(out, [report, ...pictures], options);
      if (options.json) {
        io.text(text);
        return;
      }
      const { notice } = seen.result.loss;
      for (const warning of [...set.warnings(), ...(notice ? [notice] : [])]) io.err(warning);
      for (const line of [...left, ...seen.wordsWithin(io.terminal.width).lines]) io.out(line);
      io.out(`wrote ${out}/evaluate.png, ${out}/evaluate.json`);
    } finally {
      await set.close();
      await model.dispose();
    }
  },
});
