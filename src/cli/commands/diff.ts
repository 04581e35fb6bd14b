import { basename, extname } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { selectNames } from "../../base/names.ts";
import { formatShape } from "../../base/shape.ts";
import { textTable } from "../../base/text-table.ts";
import { Model } from "../../api/model.ts";
import { openModel } from "../../node/files/open-model.ts";
import { writePng, writeSvg } from "../../node/pictures/write-picture.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { runtime } from "../../runtime/node/index.ts";
import { relativeDifference } from "../../base/compare-tensors.ts";
import { type DiffResult, type LayerPair, diffNetworks } from "../../views/diff.ts";
import { drawDifference } from "../../views/diff/draw-difference.ts";
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

export const diff = defineCommand({
  name: "diff",
  summary: "Compare two networks layer by layer on one photo",
  arguments: [
    { name: "<a>", help: "a model file" },
    { name: "<b>", help: "another one: an export, a quantised form, another epoch" },
    { name: "<input>", help: "a photo, which each network gets as it wants it; an .npy or .npz" },
  ],
  fields: {
    tolerance: field.number(0.01, {
      min: 0,
      help: "largest difference that counts as none, as a share of the layer's largest value",
    }),
    layer: field.nullable(
      field.string(undefined, { help: "the layer to draw; by default the first that departs" }),
    ),
    out: field.string("striate-diff.png", { help: "the picture to write, .png or .svg" }),
    theme: field.choice(["light", "dark"], "light", { help: "paper of the picture" }),
    json: field.boolean(false, { help: "print data instead of a table" }),
    ...modelFields,
    ...photoFields,
    ...engineFields,
  },
  examples: [
    "striate diff cat_vs_dog.h5 cat_vs_dog.onnx rocky.jpg",
    "striate diff float.onnx int8.onnx rocky.jpg --tolerance 0.1",
  ],
  async run([fileA, fileB, inputFile], options, io) {
    const ending = extname(options.out).toLowerCase();
    if (ending !== ".png" && ending !== ".svg")
      throw new StriateError(`${options.out}: a picture's name ends in .png or .svg`);
    const reading = await readOptions(options);
    const sideOf = async (file: string) => {
      const model = new Model(await openModel(file, reading), runtime, sessionOptions(options));
      const choice = preprocessingChoice(options);
      const { input, words } = await readInput(model, inputFile as string, choice);
      return { running: model.running, feeds: model.feeds(input, choice), words };
    };
    const [a, b] = [await sideOf(fileA as string), await sideOf(fileB as string)];
    const result = await diffNetworks(a, b, options);
    const drawn = chooseDrawn(result, options.layer);
    const names = [fileA as string, fileB as string] as const;
    const picture = drawDifference(drawn, { names: shortNames(names), theme: options.theme });
    await (ending === ".svg" ? writeSvg : writePng)(options.out, picture);
    if (options.json) {
      const data = { a: fileA, b: fileB, ...plainResult(result), drawn: drawn.a, out: options.out };
      io.out(JSON.stringify(data, null, 2));
      return;
    }
    io.out(`A: ${names[0]}; ${a.words}\nB: ${names[1]}; ${b.words}\n`);
    say(io, result, options.tolerance);
    io.out(`wrote ${options.out}: the values of ${drawn.a} in both, and B - A`);
  },
});

/** The names of the files without their folders, where that tells them apart. */
function shortNames([a, b]: readonly [string, string]): readonly [string, string] {
  return basename(a) === basename(b) ? [a, b] : [basename(a), basename(b)];
}

/** The first layer that departs; where none does, the one that differs most. */
function chooseDrawn({ pairs, departs }: DiffResult, wanted: string | null): LayerPair {
  if (wanted !== null) {
    const [name] = selectNames(
      wanted,
      pairs.map((pair) => pair.a),
      "layer in both networks",
    );
    return pairs.find((pair) => pair.a === name)!;
  }
  const most = (best: LayerPair, pair: LayerPair) =>
    relativeDifference(pair) > relativeDifference(best) ? pair : best;
  return departs ?? pairs.reduce(most);
}

function say(io: CommandIo, result: DiffResult, tolerance: number): void {
  const { pairs, departs, onlyA, onlyB } = result;
  const renamed = pairs.some(({ a, b }) => a !== b);
  const columns = [
    { title: renamed ? "layer in A" : "layer" },
    ...(renamed ? [{ title: "layer in B" }] : []),
    { title: "shape" },
    { title: "cosine", right: true },
    { title: "largest error", right: true },
    { title: "of the largest value", right: true },
  ];
  const rows = pairs.map((pair) => [
    pair.a,
    ...(renamed ? [pair.b === pair.a ? "" : pair.b] : []),
    formatShape(pair.shape),
    pair.cosine.toFixed(6),
    formatNumber(pair.largest, 2),
    percent(relativeDifference(pair)) + (pair === departs ? "  <" : ""),
  ]);
  io.out(textTable(columns, rows));
  const alone = (which: string, names: readonly string[]) =>
    names.length > 0 && io.out(`only in ${which}: ${shortList(names)}`);
  alone("A", onlyA);
  alone("B", onlyB);
  io.out(
    departs
      ? `the first layer that departs is ${departs.a}: by ${percent(relativeDifference(departs))} of its largest value`
      : `no layer departs by more than ${percent(tolerance)} of its largest value`,
  );
}

const percent = (share: number): string =>
  share === 0 ? "0 %" : `${formatNumber(share * 100, 2)} %`;

const shortList = (names: readonly string[]): string =>
  names.length > 12
    ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`
    : names.join(", ");

/** The result without the values themselves. */
function plainResult({ pairs, departs, onlyA, onlyB }: DiffResult) {
  const plain = ({ a, b, className, shape, cosine, largest, magnitude }: LayerPair) => ({
    ...{ a, b, class: className, shape, cosine, largest, magnitude },
  });
  return { layers: pairs.map(plain), departs: departs ? plain(departs) : null, onlyA, onlyB };
}
