import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { emptyFolder, striate } from "./command-line.ts";
import { describeShared, shared } from "./shared.ts";

const nested = shared("cases/04_teachable_machine_groups/keras_model.h5");
const residual = shared("golden/views/residual.h5");
const photo = shared("images/pets/goldenretriever__dl4j.jpg");

describeShared("models", "striate inspect", () => {
  it.each([
    ["models/tutorial/cat_vs_dog.h5", "Keras HDF5, Keras 2 Sequential"],
    ["cases/05_keras3_h5_dtype_dict/keras3.keras", "Keras zip, Keras 3 Sequential"],
    ["models/tfjs/cnn-explainer_tiny_vgg", "TF.js layers, Keras 2 Sequential, written by keras v2"],
    ["models/onnx/light/light_squeezenet.onnx", "ONNX, opset 9, written by onnx-caffe2"],
    ["models/keras_h5/dl4j/keras_simple/cnn_tf_weights.h5", "weights without a network"],
  ])("says what %s is: %s", (file, words) => {
    const run = striate(["inspect", shared(file)]);
    expect(run.err).toBe("");
    expect(run.out.split("\n")[0]).toContain(words);
  });

  it("prints nested models as a tree, in words and as data", () => {
    const run = striate(["inspect", nested, "--tree"]);
    expect(run.out).toMatch(/^│ {2}│ {2}├─ Conv1 +Conv2D +\(None, 8, 8, 8\) +216$/m);
    expect(run.out).toMatch(/^├─ sequential_1 +Sequential +\(None, 4\) +400$/m);
    const data = JSON.parse(striate(["inspect", nested, "--tree", "--json"]).out) as {
      tree: { parameters: number; children: { name: string; children: { name: string }[] }[] };
    };
    expect(data.tree.parameters).toBe(470);
    expect(data.tree.children[1]!.children[0]!.name).toBe("model1");
  });

  it("draws the architecture, folded where it is wanted", () => {
    const folder = emptyFolder();
    expect(striate(["inspect", "--graph", "svg", residual, "--fold"], folder).err).toBe("");
    const svg = readFileSync(join(folder, "residual.svg"), "utf8");
    expect(svg).toContain("Conv2D + BN + ReLU");
    const run = striate(["inspect", nested, "--graph", "png", "--out", "net.png"], folder);
    expect(run.out).toMatch(/^wrote net\.png, \d+ x \d+ pixels$/m);
    expect(readFileSync(join(folder, "net.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  it("prints the graph's nodes with --graph alone, wherever it stands", () => {
    for (const args of [
      ["inspect", residual, "--graph"],
      ["inspect", "--graph", residual],
    ])
      expect(striate(args).out).toMatch(/^\S+: float32\[N, 8, 64, 64\] = Conv</m);
  });

  it("guesses the preprocessing by a photo, and calls it a guess", () => {
    const file = shared("models/keras_zip/cat_dog_model__Ayush6318.keras");
    const run = striate(["inspect", file, "--photo", photo, "--labels", "cat,dog"]);
    expect(run.err).toBe("");
    expect(run.out).toMatch(/a guess, by what batch_normalization_6 expects: --scale 1\/255/);
    expect(run.out).toMatch(/^with it: dog \d/m);
    const known = shared("cases/06_rescaling_inside/uint8_input.h5");
    expect(striate(["inspect", known, "--photo", photo]).out).toContain("no scaling: a layer");
  });

  it.each([
    [[residual, "--out", "a.svg"], 2, "--graph svg"],
    [[residual, "--labels", "a,b"], 2, "add --photo"],
    [[residual, "--graph", "svg", "--photo", photo], 2, "--photo"],
    [[residual, "--photo", "missing.jpg"], 1, "missing.jpg"],
    [[residual, "--photo", photo, "--labels", "one"], 1, 'labels "one"'],
    [[shared("models/negative/zero_bytes.h5"), "--graph", "svg"], 1, "zero_bytes.h5"],
  ])("%j ends with %i and one sentence", (args, code, words) => {
    const folder = emptyFolder();
    const run = striate(["inspect", ...args], folder);
    expect(run.code).toBe(code);
    expect(run.err).toContain(words);
    expect(run.err.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
