import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { emptyFolder, striate } from "./command-line.ts";
import { describeShared, shared } from "./shared.ts";

const residual = shared("golden/views/residual.h5");
const onnx = shared("golden/views/residual.onnx");
const photo = shared("images/pets/goldenretriever__dl4j.jpg");

describeShared("golden/views", "striate verify", () => {
  it("compares every layer in three ways, on noise or on a photo", () => {
    const run = striate(["verify", residual, photo]);
    expect(run.err).toBe("");
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^layer +class +largest value +optimised +WebAssembly$/m);
    expect(run.out).toMatch(/^conv3b +Conv2D/m);
    expect(run.out).toMatch(/^largest difference: .* at \w+ \((optimised|WebAssembly)\)$/m);
    const data = JSON.parse(striate(["verify", onnx, "--json"]).out) as {
      ways: { way: string; layers: object[] }[];
    };
    expect(data.ways.map(({ way }) => way)).toEqual(["as written", "optimised", "WebAssembly"]);
  });

  it("ends with 1 and the layer's name where the ways differ by more than the tolerance", () => {
    const run = striate(["verify", residual, "--tolerance", "0"]);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/residual\.h5: layer "\w+" differs by .* tolerance of 0/);
  });
});

describeShared("golden/views", "striate diff", () => {
  it("finds a Keras file and its ONNX export the same, and draws a layer of both", () => {
    const folder = emptyFolder();
    const run = striate(["diff", residual, onnx, photo, "--out", "d.svg"], folder);
    expect(run.err).toBe("");
    expect(run.out).toContain("no layer departs by more than 1 % of its largest value");
    expect(run.out).toMatch(/^probs +probs_softmax/m);
    expect(readFileSync(join(folder, "d.svg"), "utf8")).toContain("A is residual.h5");
  });

  it.each([
    [[residual, shared("models/tutorial/cat_vs_dog.h5"), photo], 1, "different networks"],
    [[residual, onnx, photo, "--layer", "nothing"], 1, "nearest"],
    [[residual, onnx, photo, "--out", "d.gif"], 1, "d.gif"],
    [[residual, "missing.onnx", photo], 1, "missing.onnx"],
    [[residual, onnx], 2, "input"],
  ])("%j ends with %i and one sentence", (args, code, words) => {
    const folder = emptyFolder();
    const run = striate(["diff", ...args], folder);
    expect(run.code).toBe(code);
    expect(run.err).toContain(words);
    expect(run.err.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describeShared("golden/views", "striate convert", () => {
  it("writes every kind of file, says what is not in it, and keeps classes and scaling", () => {
    const folder = emptyFolder();
    for (const target of ["a.onnx", "a.h5", "a.keras", "web", "a.json", "a.npz"]) {
      const args = [residual, target, "--labels", "a,b,c", "--scale", "1/255"];
      const run = striate(["convert", ...args], folder);
      expect(run.err, target).toBe("");
      expect(run.out).toContain(`wrote ${target}`);
    }
    expect(existsSync(join(folder, "web", "model.json"))).toBe(true);
    for (const file of ["a.onnx", "a.h5", "a.keras", "web"]) {
      const about = JSON.parse(striate(["inspect", join(folder, file), "--json"]).out) as object;
      expect(about, file).toMatchObject({
        labels: ["a", "b", "c"],
        preprocessing: { scale: "1/255" },
      });
    }
    expect(striate(["convert", residual, "b.npz"], folder).out).toContain("not in it: the layers");
  });

  it.each([
    [[onnx, "x.h5"], 1, "an .h5 file holds Keras layers"],
    [[residual, "x.tflite"], 1, "no kind that can be written"],
    [[residual, "x.onnx", "--scale", "half"], 1, 'scaling "half"'],
    [["missing.h5", "x.onnx"], 1, "missing.h5"],
  ])("%j ends with %i, one sentence, and nothing written", (args, code, words) => {
    const folder = emptyFolder();
    const run = striate(["convert", ...args], folder);
    expect(run.code).toBe(code);
    expect(run.err).toContain(words);
    expect(run.err.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves a file that is there as it was when the new one cannot be written", () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "x.h5"), "mine");
    expect(striate(["convert", onnx, "x.h5"], folder).code).toBe(1);
    expect(readFileSync(join(folder, "x.h5"), "utf8")).toBe("mine");
  });
});
