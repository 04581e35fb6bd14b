// What a few photos teach a network that has learnt before, beside one that begins with them: the tutorial's network,
// trained here on one half of a set and on drawn shapes, fine-tuned on photos that it has not seen, and from scratch
// on the same ones. `tsx bench/fine-tuning.ts SET [PHOTOS] [SIDE] [BEFORE]`; SET is a zip or folder of class folders,
// PHOTOS those to fine-tune on (500), SIDE that of the pictures (80), BEFORE the photos to learn from before (half).
// Every training sees the same photos in the same order, and has one seed; accuracies are those on 1,000 others.
// Processor time counts training and validation; pictures are decoded before.
import { withThousands, textTable } from "../src/base/text-table.ts";
import {
  type Dataset,
  type Model,
  History,
  layers,
  openDataset,
  optimizers,
  sequential,
} from "../src/index.ts";

const [path, photos = "500", side = "80", before] = process.argv.slice(2) as [
  string,
  string?,
  string?,
  string?,
];
const [seed, validated, epochs, headEpochs] = [1, 1000, 8, 4];
const size = [Number(side), Number(side)] as const;

const set = await openDataset(path, { size });
const all = set.split();
const few = all.take(Number(photos));
const others = all.skip(few.length).take(validated);
const half = all
  .skip(few.length + others.length)
  .take(Number(before ?? Math.floor(all.length / 2)));
const shapes = (await openDataset("shapes", { size })).trainAndValidation();
for (const part of [few, others, half])
  for await (const { id } of part.epoch(0)) if (!id) throw new Error("a photo without a path");

/** The tutorial's network, with freshly drawn weights. */
function fresh(classes: number): Model {
  const conv = { kernelSize: 3, activation: "relu" };
  const blocks = [32, 64, 128, 128].flatMap((filters, i) => [
    layers.conv2d({ filters, ...conv, ...(i === 0 && { inputShape: [...size, 3] }) }),
    layers.maxPooling2d(),
  ]);
  const head =
    classes === 2 ? { units: 1, activation: "sigmoid" } : { units: classes, activation: "softmax" };
  const dense = layers.dense({ units: 512, activation: "relu" });
  return sequential(
    [...blocks, layers.flatten(), layers.dropout({ rate: 0.5 }), dense, layers.dense(head)],
    { seed },
  );
}

interface Stage {
  readonly train: "head" | "all";
  readonly rate: number;
  readonly epochs: number;
}

/** A training in one line: accuracies after each epoch, and seconds of processor time. */
interface Row {
  readonly name: string;
  readonly curve: readonly number[];
  readonly seconds: number;
}
const rows: Row[] = [];

/** Trains a network in stages, one after the other, and notes how it went. */
async function train(
  name: string,
  model: Model,
  stages: readonly Stage[],
  [training, validation]: readonly [Dataset, Dataset] = [few, others],
): Promise<void> {
  const begun = process.cpuUsage();
  const batching = { scale: "1/255", layout: "NCHW" } as const;
  const loss =
    training.classNames.length === 2 ? "binaryCrossentropy" : "sparseCategoricalCrossentropy";
  let history = new History();
  for (const { train, rate, epochs } of stages) {
    const optimizer = optimizers.adam({ learningRate: rate });
    await model.compile({ optimizer, loss, metrics: ["accuracy"], train, seed });
    const told = await model.fit(training.shuffle(2048, { seed }).batch(32, batching), {
      ...{ epochs, verbose: false },
      validationData: validation.batch(64, batching),
    });
    history = told.after(history);
  }
  const { user, system } = process.cpuUsage(begun);
  const row = { name, curve: history.history.val_accuracy!, seconds: (user + system) / 1e6 };
  rows.push(row);
  process.stderr.write(`${cells(row).join("  ")}\n`);
}

const cells = ({ name, curve, seconds }: Row): string[] => [
  name,
  ...Array.from({ length: epochs }, (_, i) => curve[i]?.toFixed(3).slice(1) ?? ""),
  `${seconds.toFixed(0)} s`,
];

const bases = { half: fresh(set.classNames.length), shapes: fresh(shapes.train.classNames.length) };
const whole = { train: "all", rate: 1e-3 } as const;
await train(
  `half: ${withThousands(half.length)} photos`,
  bases.half,
  [{ ...whole, epochs: 4 }],
  [half, others],
);
const drawn = [shapes.train, shapes.validation] as const;
await train(
  `shapes: ${withThousands(drawn[0].length)} pictures`,
  bases.shapes,
  [{ ...whole, epochs }],
  drawn,
);

await train("from scratch", fresh(set.classNames.length), [{ ...whole, epochs }]);
for (const [base, model] of Object.entries(bases)) {
  const start = () => model.withNewHead(set.classNames, { seed });
  await train(`${base}, head`, await start(), [{ train: "head", rate: 1e-3, epochs }]);
  await train(`${base}, all`, await start(), [{ train: "all", rate: 1e-4, epochs }]);
  await train(`${base}, head, then all`, await start(), [
    { train: "head", rate: 1e-3, epochs: headEpochs },
    { train: "all", rate: 1e-4, epochs: epochs - headEpochs },
  ]);
}

const titles = ["training", ...Array.from({ length: epochs }, (_, i) => String(i + 1)), "time"];
const columns = titles.map((title, i) => ({ title, right: i > 0 }));
process.stdout.write(
  `${withThousands(few.length)} photos to train on, ${withThousands(others.length)} others to validate with, ` +
    `${size.join(" x ")}; accuracy after each epoch, seconds of processor time\n\n` +
    `${textTable(columns, rows.map(cells))}\n`,
);
