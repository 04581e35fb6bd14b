import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sequential } from "../../api/build-model.ts";
import { loadModel } from "../../api/load-model.ts";
import { pictureTraining } from "../../api/picture-training.ts";
import { openShapes } from "../../data/drawn/shapes.ts";
import { layers } from "../../layers/create.ts";
import { trainInto } from "./train-into.ts";

const set = openShapes({ size: [12, 12], count: 90 });
const options = { batch: 32, seed: 1, threads: 1 };

/** A small classifier with a softmax over so many classes. */
const classifier = (units: number) =>
  sequential(
    [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [12, 12, 3] }),
      layers.flatten(),
      layers.dense({ units, activation: "softmax" }),
    ],
    { threads: 1 },
  ).contents();

describe("a training on pictures", () => {
  it("is chosen by the head and the set, and notes what a file of it has to say", async () => {
    const { trainer, training, validation, lines, notices } = await pictureTraining(
      await classifier(9),
      set,
      { ...options, validation: 0.2 },
    );
    const [data, model] = lines as [string, string];
    expect(data).toMatch(
      /^shapes: \d+ pictures to train on, \d+ to validate with, 9 classes \(blue /,
    );
    expect(model).toMatch(/: 3,\d+ trainable parameters .*rmsprop at 0.0001, batch 32$/);
    expect(training.examples.length).toBeGreaterThan(validation!.examples.length);
    expect(notices).toEqual([]);
    expect(trainer.notes.labels).toEqual(set.classNames);
    expect(trainer.notes.preprocessing).toMatchObject({ size: [12, 12], scale: "1/255" });
    await trainer.close();
  });

  it("is refused where the head tells other classes apart, in number or by name", async () => {
    await expect(pictureTraining(await classifier(4), set, options)).rejects.toThrow(
      "has 4 units, the data has 9 classes",
    );
    const other = await classifier(9);
    other.network.labels = set.classNames.map((name) => `not ${name}`);
    await expect(pictureTraining(other, set, options)).rejects.toThrow("--head new makes one");
  });

  it("ends in a model that knows its classes", async () => {
    const out = join(mkdtempSync(join(tmpdir(), "striate-")), "shapes.h5");
    const prepared = await pictureTraining(await classifier(9), set, options);
    const { written } = await trainInto(out, prepared, {
      epochs: 1,
      subtitle: "shapes",
      notify: () => undefined,
    });
    expect(written).toContain(out);
    for (const file of written!) expect(existsSync(file), file).toBe(true);
    const model = await loadModel(out, { threads: 1 });
    expect(model.network.labels).toEqual(set.classNames);
    expect(model.preprocessing().scale).toBe("1/255");
    await model.dispose();
  });
});
