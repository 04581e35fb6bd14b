import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readNpz } from "../src/formats/npz.ts";
import { emptyFolder, striate } from "./command-line.ts";

const root = new URL("../", import.meta.url);
const model = fileURLToPath(new URL("models/cat_vs_dog.h5", root));
const dog = fileURLToPath(new URL("node_modules/dog-picture/dog.jpg", root));

describe("striate explain", () => {
  it("draws a heatmap a method, says the target, and writes the named arrays", async () => {
    const folder = emptyFolder();
    const methods = "grad-cam,gradient";
    const args = ["explain", dog, "--model", model, "--method", methods, "--numbers", "n.npz"];
    const run = striate([...args, "--target", "class:dog", "--labels", "cat,dog"], folder);
    expect([run.err, run.code]).toEqual(["", 0]);
    expect(run.out).toMatch(/^dog: Grad-CAM for class dog: .*conv2d_3/m);
    expect(readdirSync(join(folder, "striate-out"))).toEqual([
      "dog-grad-cam.png",
      "dog-gradient.png",
    ]);
    const arrays = await readNpz(readFileSync(join(folder, "n.npz")), "n.npz");
    const shapes = ["input", "dog/gradient", "dog/conv2d_3/gradcam_raw", "logits", "probabilities"];
    expect(shapes.map((name) => arrays.get(name)?.shape)).toEqual([
      [150, 150, 3],
      [150, 150, 3],
      [15, 15],
      [2],
      [2],
    ]);
  });

  it("takes a folder, and names and skips what is no photo", () => {
    const folder = emptyFolder();
    const photos = join(folder, "photos");
    mkdirSync(photos);
    copyFileSync(dog, join(photos, "a.jpg"));
    copyFileSync(dog, join(photos, "c.jpg"));
    writeFileSync(join(photos, "b.jpg"), "no photo");
    const run = striate(["explain", photos, "--model", model, "--json"], folder);
    expect(run.code).toBe(3);
    expect(run.err).toMatch(
      /^striate: skipped .*b\.jpg: .*\nstriate: 1 of 3 photos was skipped\n$/,
    );
    const report = JSON.parse(run.out) as { photo: string; method: string; target: string }[];
    expect(report.map(({ method }) => method)).toEqual(["grad-cam", "grad-cam"]);
    expect(readdirSync(join(folder, "striate-out"))).toEqual(["a-grad-cam.png", "c-grad-cam.png"]);
  });

  it.each([
    [["--method", "grad-cat"], 2, "nearest: grad-cam"],
    [["--method", "gradient", "--layer", "conv2d"], 2, "--layer: gradient does not take it"],
    [["--opacity", "2"], 2, "--opacity: expected"],
    [["--target", "class:horse", "--labels", "cat,dog"], 1, "horse"],
    [["--layer", "conv3d"], 1, "conv3d"],
    [["--numbers", "n.txt"], 1, "ends in .npz"],
  ])("%j ends with %i and one sentence", (args, code, words) => {
    const folder = emptyFolder();
    const run = striate(["explain", dog, "--model", model, ...args], folder);
    expect(run.err).toContain(words);
    expect(run.code).toBe(code);
    expect(run.err.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("striate export", () => {
  it("writes a network with its heatmap as one ONNX file", () => {
    const folder = emptyFolder();
    const args = ["export", "--view", "layer-cam", "--target", "class:dog", "--labels", "cat,dog"];
    const run = striate([...args, model, "dog.onnx"], folder);
    expect([run.err, run.code]).toEqual(["", 0]);
    expect(run.out).toContain("dog/conv2d_3/layercam_raw, dog/conv2d_3/layercam_relu");
    // What striate wrote it may replace.
    expect(striate([...args, model, "dog.onnx"], folder).code).toBe(0);
  });

  it.each([
    [["--view", "rise"], "dog.onnx", 1, "these can: "],
    [["--size", "big"], "dog.onnx", 2, "expected HEIGHTxWIDTH"],
    [["--target", "class:1"], "dog.h5", 2, "ends in .onnx"],
  ])("%j to %s ends with %i and one sentence", (args, out, code, words) => {
    const folder = emptyFolder();
    const run = striate(["export", ...args, model, out], folder);
    expect(run.err).toContain(words);
    expect(run.code).toBe(code);
    expect(run.err.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
