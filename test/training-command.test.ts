import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../src/api/load-model.ts";
import { decodeCheckpoint } from "../src/train/checkpoint.ts";
import { emptyFolder, striate } from "./command-line.ts";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** A network that a test can train in seconds. */
const tiny = {
  class_name: "Sequential",
  keras_version: "3.15.0",
  config: {
    name: "tiny",
    layers: [
      ["InputLayer", { name: "input", batch_shape: [null, 24, 24, 3] }],
      ["Conv2D", { name: "conv", filters: 8, kernel_size: [3, 3], activation: "relu" }],
      ["MaxPooling2D", { name: "pool", pool_size: [2, 2] }],
      ["Flatten", { name: "flatten" }],
      ["Dropout", { name: "dropout", rate: 0.2 }],
      ["Dense", { name: "head", units: 9, activation: "softmax" }],
    ].map(([class_name, config]) => ({ class_name, config })),
  },
};

const folder = emptyFolder();
const spec = join(folder, "tiny.json");
beforeAll(() => writeFileSync(spec, JSON.stringify(tiny)));

const flags = [
  "--model",
  spec,
  "--limit",
  "150",
  "--batch",
  "32",
  "--lr",
  "1e-3",
  "--threads",
  "2",
];
const trainArgs = (out: string, ...more: string[]) => [
  "train",
  "shapes",
  ...flags,
  "--out",
  out,
  ...more,
];

async function weightsIn(file: string): Promise<number[][]> {
  const model = await loadModel(file);
  const weights = model.keras!.layers.flatMap((layer) => [...layer.weights.values()]);
  await model.dispose();
  return weights.map((weight) => [...(weight.data as Float32Array)]);
}

describe("striate train", () => {
  test("trains, reports one line an epoch into a pipe, and goes on to the bit", async () => {
    const whole = striate(trainArgs("whole.h5", "--epochs", "4"), folder);
    expect([whole.code, whole.err]).toEqual([0, ""]);
    const epochs = whole.out.split("\n").filter((line) => line.startsWith("epoch "));
    expect(epochs).toHaveLength(4);
    expect(epochs[3]).toMatch(/^epoch 4\/4 5\/5 .* loss \d+\.\d{4} {2}accuracy .* val_accuracy /);
    for (const ending of [".h5", ".h5.checkpoint", ".history.json", ".history.csv", ".history.png"])
      expect(existsSync(join(folder, `whole${ending}`)), ending).toBe(true);

    const first = striate(trainArgs("parts.h5", "--epochs", "2"), folder);
    expect([first.code, first.err]).toEqual([0, ""]);
    const second = striate(trainArgs("parts.h5", "--epochs", "4", "--resume"), folder);
    expect([second.code, second.err]).toEqual([0, ""]);
    expect(second.out.match(/^epoch /gm)).toHaveLength(2);
    expect(await weightsIn(join(folder, "parts.h5"))).toEqual(
      await weightsIn(join(folder, "whole.h5")),
    );
    const csv = (name: string) => readFileSync(join(folder, `${name}.history.csv`), "utf8");
    expect(csv("parts")).toBe(csv("whole"));
  });

  test("the history travels in the file, and goes on with the training of the file", async () => {
    const more = ["--model", "whole.h5", "--out", "more.keras", "--epochs", "1"];
    const few = ["--limit", "40", "--batch", "20", "--seed", "1"];
    expect(striate(["train", "shapes", ...more, ...few], folder).err).toBe("");
    const model = await loadModel(join(folder, "more.keras"));
    expect(model.network.history).toMatchObject({ epoch: [0, 1, 2, 3, 4] });
    await model.dispose();
    const { out } = striate(["inspect", "more.keras"], folder);
    expect(out).toMatch(
      /\nclasses: .*\nphotos: resized to 24 x 24 .*\ntrained for 5 epochs; the last: loss 1?\d\.\d+ .*val_/,
    );
  });

  test("class names and scaling travel in the file; evaluate and see need no flags", async () => {
    const model = await loadModel(join(folder, "whole.h5"));
    expect(model.network.labels).toHaveLength(9);
    expect(model.network.preprocessing).toMatchObject({ scale: "1/255", size: [24, 24] });
    await model.dispose();
    const { code, out, err } = striate(
      ["evaluate", "whole.h5", "shapes", "--split", "test", "--limit", "90"],
      folder,
    );
    expect([code, err]).toEqual([0, ""]);
    const accuracy = Number(/accuracy (\d\.\d+)/.exec(out)![1]);
    const json = JSON.parse(
      readFileSync(join(folder, "striate-evaluate/evaluate.json"), "utf8"),
    ) as {
      pictures: number;
      confusion: number[][];
      mostWrong: { probability: number }[];
    };
    const right = json.confusion.reduce((sum, row, i) => sum + row[i]!, 0);
    expect(json.pictures).toBe(90);
    expect(right / 90).toBeCloseTo(accuracy, 3);
    expect(json.mostWrong.length).toBe(Math.min(12, 90 - right));
    expect(existsSync(join(folder, "striate-evaluate/evaluate.png"))).toBe(true);
  });

  test("a network of grey pictures gets grey pictures", () => {
    const [input, ...rest] = tiny.config.layers;
    const batch_shape = [null, 24, 24, 1];
    const layers = [{ ...input, config: { name: "input", batch_shape } }, ...rest];
    const grey = join(folder, "grey.json");
    writeFileSync(grey, JSON.stringify({ ...tiny, config: { name: "grey", layers } }));
    const few = ["--limit", "40", "--batch", "20"];
    const trained = striate(
      ["train", "shapes", "--model", grey, ...few, "--epochs", "1", "--out", "grey.h5"],
      folder,
    );
    expect(trained.err).toBe("");
    const { code, out } = striate(["evaluate", "grey.h5", "shapes", "--limit", "30"], folder);
    expect(code).toBe(0);
    expect(out).toContain("30 pictures");
    expect(existsSync(join(folder, "striate-evaluate/evaluate.png"))).toBe(true);
  });

  test("all pictures are trained on where none shall validate", () => {
    const args = ["train", "shapes", "--model", "tiny.json", "--epochs", "1", "--limit", "40"];
    const { code, out } = striate([...args, "--validation", "0", "--out", "all.h5"], folder);
    expect(code).toBe(0);
    expect(out).toContain("40 pictures to train on, none to validate with");
    expect(out).not.toContain("val_");
    const { err } = striate([...args, "--validation", "0", "--patience", "2"], folder);
    expect(err).toContain("--patience needs pictures to validate with");
  });

  test("a training that was begun otherwise is not gone on with, and all that differs is said", () => {
    const other = ["--epochs", "5", "--resume", "--seed", "9", "--lr", "0.1", "--limit", "140"];
    const { code, err } = striate(trainArgs("whole.h5", ...other), folder);
    expect(code).toBe(1);
    expect(err).toMatch(
      /whole\.h5\.checkpoint: the training was begun with seed 1, now it is 9; with learning rate 0\.001, now it is 0\.1; with limit 150, now it is 140; .*--force/,
    );
    const none = striate(trainArgs("none.h5", "--resume"), folder);
    expect(none.err).toMatch(/no training to go on with: none\.h5\.checkpoint: no such file/);
  });

  test("a picture that has another content or size is another training, by its bytes and not its time", () => {
    const photos = (grey: number, side = 8) =>
      Buffer.concat([Buffer.from(`P5 ${side} ${side} 255\n`), Buffer.alloc(side * side, grey)]);
    const at = (name: string) => join(folder, "pairs", name);
    for (const [label, level] of Object.entries({ a: 20, b: 220 })) {
      mkdirSync(at(label), { recursive: true });
      for (let i = 0; i < 4; i++) writeFileSync(at(`${label}/${i}.pgm`), photos(level + i));
    }
    const small = {
      ...tiny,
      config: {
        name: "small",
        layers: [
          { class_name: "InputLayer", config: { name: "i", batch_shape: [null, 8, 8, 3] } },
          { class_name: "Flatten", config: { name: "f" } },
          { class_name: "Dense", config: { name: "d", units: 2, activation: "softmax" } },
        ],
      },
    };
    writeFileSync(join(folder, "small.json"), JSON.stringify(small));
    const args = (epochs: number, ...more: string[]) => [
      ...["train", "pairs", "--model", "small.json", "--batch", "4", "--threads", "1"],
      ...["--out", "pairs.h5", "--epochs", String(epochs), ...more],
    ];
    expect(striate(args(1), folder)).toMatchObject({ code: 0 });
    const time = new Date(2001, 1, 1);
    utimesSync(at("a/0.pgm"), time, time);
    expect(striate(args(2, "--resume"), folder)).toMatchObject({ code: 0 });
    for (const changed of [photos(99), photos(20, 9)]) {
      writeFileSync(at("a/0.pgm"), changed);
      const { code, err } = striate(args(3, "--resume"), folder);
      expect(code).toBe(1);
      expect(err).toContain("begun with other contents of the pictures than now");
    }
  });

  test("a model of more epochs is not replaced by one of fewer", () => {
    const { code, err } = striate(trainArgs("whole.h5", "--epochs", "1"), folder);
    expect(code).toBe(1);
    expect(err).toContain("whole.h5: is a model of 4 epochs, this training is to have 1; --resume");
  });

  test("a model of which nobody knows how long it was trained is not replaced", () => {
    cpSync(join(folder, "whole.h5"), join(folder, "copied.h5"));
    const { code, err } = striate(trainArgs("copied.h5", "--epochs", "9"), folder);
    expect(code).toBe(1);
    expect(err).toContain("copied.h5: is a model, and no copied.h5.checkpoint beside it says");
  });

  test("what another training reported is not replaced where only the kinds of the files differ", () => {
    const { code, err } = striate(trainArgs("whole.keras", "--epochs", "1"), folder);
    expect(code).toBe(1);
    expect(err).toContain(
      "whole.history.json: is there already, and not of a training into whole.keras, which is not there; give the model another name",
    );
  });

  test("a training that diverges destroys nothing, and goes back with another learning rate", () => {
    const few = ["--limit", "64", "--validation", "0"];
    const begun = striate(trainArgs("nan.h5", ...few, "--epochs", "1"), folder);
    expect([begun.code, begun.err]).toEqual([0, ""]);
    const files = ["nan.h5", "nan.h5.checkpoint", "nan.history.json"];
    const contents = () => files.map((file) => readFileSync(join(folder, file), "latin1"));
    const before = contents();
    const more = [...few, "--epochs", "2", "--resume"];
    const bad = striate(trainArgs("nan.h5", ...more, "--lr", "1e30", "--force"), folder);
    expect(bad.code).toBe(1);
    expect(bad.err).toMatch(
      /the training diverged in epoch 2, batch \d: the loss is .*; the last good weights are in nan\.h5\.checkpoint/,
    );
    expect(contents()).toEqual(before);
    const same = striate(trainArgs("nan.h5", ...more, "--lr", "1e30"), folder);
    expect(same.err).toContain("with this learning rate the training diverges in epoch 2");
    const good = striate(trainArgs("nan.h5", ...more, "--lr", "1e-4"), folder);
    expect(good.code).toBe(0);
    expect(good.err).toMatch(
      /diverged in epoch 2; it goes back to the weights of after epoch 1, with another learning rate: begun with learning rate 0\.001, now it is 0\.0001\n$/,
    );
    expect(existsSync(join(folder, "nan.h5.diverged"))).toBe(false);
  });

  test("a training that diverges in its first epoch leaves no file", () => {
    const args = ["--limit", "64", "--epochs", "1", "--validation", "0", "--lr", "1e30"];
    const { code, err } = striate(trainArgs("first.h5", ...args), folder);
    expect(code).toBe(1);
    expect(err).toContain("nothing was written; begin again with a smaller learning rate");
    expect(readdirSync(folder).filter((name) => name.startsWith("first"))).toEqual([]);
  });

  test("labels that do not fit the head are refused before anything is trained", () => {
    const two = { ...tiny, config: { ...tiny.config, layers: tiny.config.layers.slice() } };
    two.config.layers[5] = { class_name: "Dense", config: { name: "head", units: 2 } };
    writeFileSync(join(folder, "two.json"), JSON.stringify(two));
    const { code, err } = striate(["train", "shapes", "--model", "two.json"], folder);
    expect(code).toBe(1);
    expect(err).toMatch(/output "head" has 2 units, the data has 9 classes.*give the head 9 units/);
  });
});

/** Starts a training and waits until it has printed `count` epochs. */
async function startTraining(out: string, count: number, epochs = 500) {
  const child: ChildProcess = spawn(
    process.execPath,
    [main, ...trainArgs(out, "--epochs", String(epochs))],
    { cwd: folder },
  );
  let [text, err] = ["", ""];
  const seen = new Promise<void>((resolve) => {
    child.stdout!.on("data", (chunk: Buffer) => {
      text += String(chunk);
      if ((text.match(/^epoch /gm) ?? []).length >= count) resolve();
    });
    child.on("exit", () => resolve());
  });
  child.stderr!.on("data", (chunk: Buffer) => (err += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  await seen;
  return { child, ended, output: () => text, errors: () => err };
}

const checkpointOf = (out: string) =>
  decodeCheckpoint(readFileSync(join(folder, `${out}.checkpoint`)));

describe("a training that is ended from outside", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends the step, keeps it, and says how to go on", async (signal, code) => {
    const run = await startTraining(`${signal}.h5`, 1);
    run.child.kill(signal);
    expect(await run.ended).toBe(code);
    expect(run.errors()).toContain("stopping after this step");
    expect(run.output()).toMatch(/stopped in epoch \d+ after batch \d+; go on with .* --resume/);
    const { position, state } = checkpointOf(`${signal}.h5`);
    expect(state.iterations).toBe(5 * position.epoch + position.batch);
    const more = ["--epochs", String(position.epoch + 1), "--resume"];
    const next = striate(trainArgs(`${signal}.h5`, ...more), folder);
    expect([next.code, next.err]).toEqual([0, ""]);
  });

  test("two trainings do not write one file; the lock of one that was killed holds nobody up", async () => {
    // Of the second epoch: the checkpoint of the first is written by then, however slow the disk is.
    const run = await startTraining("shared.h5", 2);
    const other = striate(trainArgs("shared.h5", "--epochs", "1"), folder);
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/shared\.h5: process \d+ is training into it; wait for it, or/);
    run.child.kill("SIGKILL");
    await run.ended;
    const { epoch } = checkpointOf("shared.h5").position;
    const next = striate(trainArgs("shared.h5", "--epochs", String(epoch + 1)), folder);
    expect([next.code, next.err]).toEqual([0, ""]);
    expect(readdirSync(folder).filter((name) => /^shared.*(lock|part)/.test(name))).toEqual([]);
  });

  test("kill -9 leaves the last whole checkpoint", async () => {
    const run = await startTraining("killed.h5", 2);
    run.child.kill("SIGKILL");
    await run.ended;
    const { position, state } = checkpointOf("killed.h5");
    // The second epoch was reported; its checkpoint may have been in the making.
    expect(position.epoch).toBeGreaterThanOrEqual(1);
    expect(state.iterations).toBe(5 * position.epoch);
    const next = striate(
      trainArgs("killed.h5", "--epochs", String(position.epoch + 1), "--resume"),
      folder,
    );
    expect([next.code, next.err]).toEqual([0, ""]);
  });

  test("a place that fails at the last moment loses nothing", async () => {
    const run = await startTraining("taken.h5", 1, 8);
    mkdirSync(join(folder, "taken.h5"));
    expect(await run.ended).toBe(1);
    expect(run.errors()).toMatch(
      /taken\.h5: cannot be written: .*; the trained model is in \S+taken\.h5/,
    );
    expect(await weightsIn(/model is in (\S+)/.exec(run.errors())![1]!)).toHaveLength(4);
    expect(readdirSync(folder).filter((name) => /^taken.*\.part$/.test(name))).toEqual([]);
    const again = striate(trainArgs("taken.h5"), folder);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("it is a folder")]);
    const odd = striate(trainArgs("model.pth"), folder);
    expect(odd.err).toMatch(/model\.pth: is of no kind that can be written; use \.h5/);
  });
});
