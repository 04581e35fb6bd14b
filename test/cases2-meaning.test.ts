import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { convertFile } from "../src/api/convert-file.ts";
import { openModel } from "../src/api/open-model.ts";
import { caseFile, expectCase } from "./cases2.ts";
import { emptyFolder, striate } from "./command-line.ts";
import { arraysOf } from "./onnx-files.ts";
import { describeShared, sharedJson } from "./shared.ts";

// What strangers' outputs and inputs mean (../shared/cases2).

interface Seen {
  preprocessing: { scale: string; words: string; guess: boolean };
  photos: { prediction: { probabilities: boolean; scores: { label: string; score: number }[] } }[];
}

/** What `see` writes of a photo: its report, and the line of the prediction. */
function see(folder: string, model: string, ...more: string[]): Seen & { out: string } {
  const cwd = emptyFolder();
  const file = (name: string) => caseFile(`${folder}/${name}`);
  const args = ["see", file("photo.png"), "--model", file(model), "--out", "o", ...more];
  const { code, out, err } = striate(args, cwd);
  expect(err).toBe("");
  expect(code).toBe(0);
  return { ...(JSON.parse(readFileSync(join(cwd, "o/see.json"), "utf8")) as Seen), out };
}

const scoresOf = ({ photos: [photo] }: Seen, names: readonly string[]) => {
  expect(photo!.prediction.probabilities).toBe(true);
  return names.map((name) => photo!.prediction.scores.find(({ label }) => label === name)!.score);
};

/** Compares probabilities by name with an array of the case. */
function expectScores(seen: Seen, names: readonly string[], wanted: ArrayLike<number>): void {
  scoresOf(seen, names).forEach((score, i) => expect(score).toBeCloseTo(wanted[i]!, 4));
}

describeShared("cases2/02_onnx_labels_out", "classifiers that give text and maps", () => {
  const folder = "02_onnx_labels_out";
  const names = ["cat", "dog", "owl", "fox"];

  it.each(["customvision.onnx", "label_string.onnx"])("%s has maps and names", async (file) => {
    const network = await expectCase(`${folder}/${file}`);
    expect(network.labels).toEqual(names);
  });

  it("are told by the file's own names", () => {
    const { scores } = see(folder, "label_string.onnx").photos[0]!.prediction;
    expect(scores.map(({ label }) => label).sort()).toEqual([...names].sort());
  });

  it("are converted, text and maps and all", async () => {
    const out = join(emptyFolder(), "out.onnx");
    const { difference } = await convertFile(caseFile(`${folder}/customvision.onnx`), out);
    expect(difference).toBeLessThan(1e-6);
    const { network } = await openModel(out);
    expect(network.graph.outputs.map(({ name }) => name)).toEqual(["classLabel", "loss"]);
    expect(network.labels).toEqual(names);
  });
});

describeShared("cases2/03_onnx_classes_1x1", "classes as maps of one pixel", () => {
  it("are classes", () => {
    const wanted = arraysOf(caseFile("03_onnx_classes_1x1/c11.npz"))["tap:y"]!;
    const names = ["cat", "dog", "owl", "fox"];
    const seen = see("03_onnx_classes_1x1", "c11.onnx", "--labels", names.join(","));
    expectScores(seen, names, wanted.data);
  });

  it("are measured", async () => {
    const folder = emptyFolder();
    const { out, code } = striate(
      ["evaluate", caseFile("03_onnx_classes_1x1/c11.onnx"), await fourClasses(folder)],
      folder,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/loss [\d.]+ +accuracy [\d.]+/);
    // One photo, of each class once: no scaling is right more often than in a quarter.
    expect(out).toContain(
      "on 4 of the pictures, no other usual scaling is right more often (25 %)",
    );
  });
});

/** A folder of four classes with one picture each. */
async function fourClasses(folder: string): Promise<string> {
  const { mkdir, copyFile } = await import("node:fs/promises");
  for (const name of ["a", "b", "c", "d"]) {
    await mkdir(join(folder, "pics", name), { recursive: true });
    await copyFile(
      caseFile("03_onnx_classes_1x1/photo.png"),
      join(folder, "pics", name, "photo.png"),
    );
  }
  return join(folder, "pics");
}

describeShared("cases2/04_one_unit_logit", "one unit that was trained on its logit", () => {
  it.each(["logit.keras", "logit.h5"])("%s tells two classes apart", (file) => {
    const [p] = arraysOf(caseFile("04_one_unit_logit/logit.npz")).p!.data;
    const seen = see("04_one_unit_logit", file, "--labels", "cat,dog");
    expectScores(seen, ["cat", "dog"], [1 - p!, p!]);
    expect(seen.out).toContain("dog 90.6 %");
  });
});

describeShared("cases2/05_compiled_loss", "the loss that a file was compiled with", () => {
  const folder = "05_compiled_loss";
  const wants = sharedJson<Record<string, number>>(`cases2/${folder}/wants.json`);
  const pics = caseFile(`${folder}/pics`);

  it.each(Object.entries(wants))("%s is measured by it: %d", (name, wanted) => {
    const model = caseFile(`${folder}/${name}.keras`);
    const { out, err } = striate(["evaluate", model, pics, "--json"]);
    expect(err).toBe("");
    const report = JSON.parse(out) as { loss: number; lossFunction: { fromFile: boolean } };
    expect(report.loss).toBeCloseTo(wanted, 5);
    expect(report.lossFunction.fromFile).toBe(true);
  });

  it("is what training goes on with", () => {
    const [name, wanted] = Object.entries(wants)[1]!;
    const model = caseFile(`${folder}/${name}.keras`);
    const args = `--epochs 1 --lr 0 --validation 0 --optimizer SGD --batch 8`.split(" ");
    const { out, err } = striate(["train", pics, "--model", model, ...args, "--out", "m.h5"]);
    expect(err).toMatch(/the file was compiled with .*; SGD at 0 is taken/);
    expect(Number(/loss ([\d.]+)/.exec(out)![1])).toBeCloseTo(wanted, 3);
  });
});

describeShared("cases2/06_tflite_output_saturates", "an output of codes", () => {
  it("cannot say more than its codes", () =>
    expectCase("06_tflite_output_saturates/saturates.tflite", undefined, 0.0085));
});

describeShared(
  "cases2/07_tflite_metadata_mean_std",
  "a TFLite file that says mean and deviation",
  () => {
    it.each([
      ["imagenet", "(x - [123.675, 116.28, 103.53]) / [58.395, 57.12, 57.375]"],
      ["vgg", ") / 1"],
      ["mean114", "(x - 11"],
    ])("%s is obeyed, and it is said", (name, words) => {
      const seen = see("07_tflite_metadata_mean_std", `${name}.tflite`, "--labels", "a,b,c,d");
      const { y } = arraysOf(caseFile(`07_tflite_metadata_mean_std/${name}.npz`));
      expectScores(seen, ["a", "b", "c", "d"], y!.data);
      expect(seen.out).toContain(words);
      expect(seen.preprocessing.guess).toBe(false);
    });
  },
);

describeShared("cases2/08_tflite_codes_are_pixels", "a coded input without metadata", () => {
  it.each(["uint8", "int8"])("of %s gets the pixel for its code", (name) => {
    const seen = see("08_tflite_codes_are_pixels", `${name}.tflite`, "--labels", "a,b,c,d");
    const { y } = arraysOf(caseFile(`08_tflite_codes_are_pixels/${name}.npz`));
    scoresOf(seen, ["a", "b", "c", "d"]).forEach((score, i) =>
      expect(Math.abs(score - Number(y!.data[i]))).toBeLessThan(0.004),
    );
    expect(seen.out).toContain("(x - 114) * 0.0186328: the code is the pixel");
  });
});

describeShared("cases2/03_onnx_classes_1x1", "a network that says nothing of its scaling", () => {
  it("gets a guess that is called so, with the scalings that would turn its answer over", () => {
    const { preprocessing, out } = see("03_onnx_classes_1x1", "c11.onnx");
    expect(preprocessing.guess).toBe(true);
    expect(out).toMatch(/^input: .*x \/ 255 \(a guess: the file does not say; /);
    const said = see("03_onnx_classes_1x1", "c11.onnx", "--scale", "1/255");
    expect(said.preprocessing.guess).toBe(false);
    expect(said.out).not.toContain("guess");
  });
});
