import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { formatShape } from "../../base/shape.ts";
import { textTable } from "../../base/text-table.ts";
import { Model } from "../../api/model.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Network } from "../../model/network.ts";
import { noiseFeeds } from "../../model/noise-input.ts";
import { openModel } from "../../node/files/open-model.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { runtime } from "../../runtime/node/index.ts";
import { runtime as webRuntime } from "../../runtime/web/index.ts";

import type { Way } from "../../views/context.ts";
import { type VerifyResult, relative, verifyNetwork } from "../../views/verify.ts";
import { type CommandIo, defineCommand } from "../command.ts";
import {
  engineFields,
  modelFields,
  photoFields,
  preprocessingChoice,
  readOptions,
  sessionOptions,
} from "../options.ts";
import { readInput } from "../read-input.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "Run a network in several ways and compare every layer",
  arguments: [
    { name: "<file>", help: "a model file" },
    { name: "[input]", help: "a photo, an .npy or an .npz; random noise by default" },
  ],
  fields: {
    tolerance: field.number(1e-4, {
      min: 0,
      help: "largest difference that is no fault, as a share of the layer's largest value",
    }),
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
    const { feeds, words } = await feedsFor(model, inputFile as string | undefined, options);
    const result = await verifyNetwork(model.network, feeds, waysFor(options)).catch(
      (error: unknown) => {
        throw inputFile === undefined ? askingForSize(model.network, feeds, error) : error;
      },
    );
    if (options.json) io.out(JSON.stringify({ file, input: words, ...result }, null, 2));
    else say(io, words, result);
    judge(file as string, result, options.tolerance);
  },
});

type Options = Parameters<typeof preprocessingChoice>[0] & {
  seed: number;
  size: readonly number[] | null;
};

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

async function feedsFor(model: Model, path: string | undefined, options: Options) {
  const choice = preprocessingChoice(options);
  if (path === undefined) {
    const size = options.size as [number, number] | null;
    const feeds = noiseFeeds(model.network, options.seed, { ...choice, ...(size && { size }) });
    return { feeds, words: `noise, seed ${options.seed}` };
  }
  const { input, words } = await readInput(model, path, choice);
  return { feeds: model.feeds(input, choice), words };
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

function say(io: CommandIo, words: string, result: VerifyResult): void {
  const { reference, ways, worst } = result;
  io.out(`input: ${words}`);
  io.out(`reference: ${reference}, node by node; largest difference of each layer:\n`);
  const [first, ...others] = ways;
  const ran = others.filter(({ failed }) => failed === undefined);
  const rows = first!.layers.map(({ address, className, magnitude }, i) => [
    address,
    className,
    formatNumber(magnitude),
    ...ran.map(({ layers }) => formatNumber(layers[i]!.largest, 2)),
  ]);
  const columns = [
    { title: "layer" },
    { title: "class" },
    { title: "largest value", right: true },
    ...ran.map(({ way }) => ({ title: way, right: true })),
  ];
  io.out(textTable(columns, rows));
  for (const { way, failed } of others) if (failed) io.out(`${way}: does not run: ${failed}`);
  const alone = ways.flatMap(({ way, outputsAlone }) =>
    outputsAlone && outputsAlone.largest > 0
      ? [`${way} ${formatNumber(outputsAlone.largest, 2)}`]
      : [],
  );
  io.out(
    alone.length > 0
      ? `asking for the layers changes the outputs by: ${alone.join(", ")}`
      : "asking for the layers does not change the outputs",
  );
  if (worst)
    io.out(
      `largest difference: ${formatNumber(worst.largest, 2)}, ${formatNumber(relative(worst), 2)} of the layer's largest value, ` +
        `at ${worst.address} (${worst.way})`,
    );
}

/** Says whether the ways agree; a difference that is too large is an error. */
function judge(file: string, { reference, worst }: VerifyResult, tolerance: number): void {
  if (worst === undefined || relative(worst) <= tolerance) return;
  throw new StriateError(
    `${file}: layer "${worst.address}" differs by ${formatNumber(worst.largest)} between "${reference}" and "${worst.way}", ` +
      `${formatNumber(relative(worst))} of its largest value and more than the tolerance of ${tolerance}`,
  );
}
