import { Model } from "../../api/model.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { formatShape } from "../../base/shape.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Network } from "../../model/network.ts";
import { leftOut } from "../../model/lowering/left-out.ts";
import { openModel } from "../../api/open-model.ts";
import { runtime } from "../../runtime/node/index.ts";
import { runtime as webRuntime } from "../../runtime/web/index.ts";
import { type Way, viewContext } from "../../views/context.ts";
import { noiseSubject } from "../../views/noise-subject.ts";
import { runView } from "../../views/run-view.ts";
import { disagreement, verifyView } from "../../views/verify-view.ts";
import { defineCommand } from "../command.ts";
import {
  engineFields,
  modelFields,
  photoFields,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "../options.ts";
import { readSubject } from "../read-input.ts";

export const verify = defineCommand({
  name: "verify",
  group: "files",
  summary: verifyView.summary,
  arguments: [
    { name: "<file>", help: "a model file" },
    { name: "[input]", help: "a photo, an .npy or an .npz; random noise by default" },
  ],
  fields: {
    ...verifyView.asks,
    seed: field.int(0, { help: "of the noise" }),
    size: field.nullable(
      field.tuple(2, undefined, {
        min: 1,
        help: "height,width of the noise, for a network that takes pictures of any size",
      }),
    ),
    json: field.boolean(false, { help: "print data instead of a table" }),
    ...modelFields,
    ...photoFields,
    ...engineFields,
  },
  examples: ["striate verify model.onnx", "striate verify cat_vs_dog.h5 rocky.jpg"],
  async run([file, inputFile], options, io) {
    const opened = await openModel(file as string, await readOptions(options));
    const model = new Model(opened, runtime, sessionOptions(options));
    const { seed, tolerance } = options;
    const choice = preprocessingChoice(options);
    const size = options.size as [number, number] | null;
    const photo = inputFile
      ? await readSubject(model, inputFile as string, choice)
      : noiseSubject(model.network, seed, { ...choice, ...(size && { size }) });
    const context = viewContext(model.running, { seed, ways: waysFor(options) });
    const seen = await runView(verifyView, context, photo, { tolerance }).catch(
      (error: unknown) => {
        throw inputFile === undefined ? askingForSize(model.network, photo.inputs, error) : error;
      },
    );
    const left = leftOut(model.network);
    if (options.json)
      io.text(JSON.stringify({ file, ...(seen.json as object), left_out: left }, null, 2));
    else for (const line of [...seen.wordsWithin(io.terminal.width).lines, ...left]) io.out(line);
    const fault = disagreement(seen.result, tolerance);
    if (fault) throw new StriateError(`${file as string}: ${fault}`);
  },
});

/** Noise has to be of some size: where the network leaves it open, the size may be the fault. */
function askingForSize(
  { name, origin, inputs }: Network,
  feeds: Readonly<Record<string, Tensor>>,
  error: unknown,
): unknown {
  const free = inputs.find(({ shape }) => shape.slice(1).some((n) => typeof n !== "number"));
  if (!(error instanceof StriateError) || free === undefined) return error;
  return new StriateError(
    `${origin.file ?? name}: the input "${free.name}" ${formatShape(free.shape)} leaves its size open, and noise of ` +
      `${formatShape(feeds[free.name]!.shape)} does not go through (${error.message}); ` +
      "give a size that does, --size 224,224, or an input of the right shape (.npy, .npz)",
    { cause: error },
  );
}

/** The graph node by node is the reference; then as every other command runs it, and as a page does. */
function waysFor(options: Parameters<typeof sessionOptions>[0]): Way[] {
  const { threads } = sessionOptions(options);
  const own = { device: "cpu", ...(threads ? { threads } : {}) } as const;
  return [
    { name: "as written", runtime, options: { ...own, optimize: "none" } },
    { name: "optimised", runtime, options: { ...own, optimize: "all" } },
    // One thread: the workers of more would outlive the command.
    { name: "WebAssembly", runtime: webRuntime, options: { threads: 1 } },
    ...(options.device === "cpu" || options.device === "auto"
      ? []
      : [{ name: options.device, runtime, options: { ...own, device: options.device } }]),
  ];
}
