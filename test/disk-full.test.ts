import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { emptyFolder, striate, striateWithin } from "./command-line.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const model = join(root, "models/cat_vs_dog.h5");
const photo = join(root, "dist/demo/dog.jpg");
const small = 40_000;

/** What the command said last, in one line. */
const sentence = (text: string) => text.trimEnd().split("\n").at(-1);
const oneSentence = (path: string) =>
  new RegExp(`^striate: ${path}: cannot be written: .*; write elsewhere$`);

/**
 * A file that the system will not let grow stands for a full disk: both end a write in its middle, and
 * an ordinary user can bring about this one.
 */
describe.skipIf(process.platform === "win32")("a disk without room", () => {
  test("training goes on without checkpoints, and leaves the files of before as they were", () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "model.h5"), "the model of before");
    writeFileSync(join(folder, "model.h5.checkpoint"), "the checkpoint of before");
    const options = ["--epochs", "2", "--limit", "16", "--batch", "8", "--size", "64,64"];
    const { code, out, err } = striateWithin(
      small,
      ["train", "shapes", "--out", "model.h5", "--force", ...options],
      folder,
    );
    expect(code).toBe(1);
    expect(out + err).toContain("epoch 2/2");
    expect(err.match(/no checkpoint was written: .*; the training goes on\n/g)).toHaveLength(2);
    expect(sentence(err)).toMatch(oneSentence("model.h5"));
    expect(readdirSync(folder).sort()).toEqual(["model.h5", "model.h5.checkpoint"]);
    expect(readFileSync(join(folder, "model.h5"), "utf8")).toBe("the model of before");
    expect(readFileSync(join(folder, "model.h5.checkpoint"), "utf8")).toBe(
      "the checkpoint of before",
    );
  });

  test.each(["model.onnx", "model.keras", "weights.npz", "tfjs/model.json"])(
    "convert to %s leaves nothing behind",
    (target) => {
      const folder = emptyFolder();
      const { code, err } = striateWithin(small, ["convert", model, target, "--no-check"], folder);
      expect(code).toBe(1);
      expect(sentence(err)).toMatch(/^striate: \S+: cannot be written: .*; write elsewhere$/);
      expect(readdirSync(folder).filter((name) => name !== "tfjs")).toEqual([]);
      if (target.startsWith("tfjs")) expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("see leaves no folder half-written, and the pictures of before stay", () => {
    const folder = emptyFolder();
    const args = ["see", photo, "--model", model, "--out", "pictures", "--no-preview"];
    const first = striateWithin(small, args, folder);
    expect(first.code).toBe(1);
    expect(sentence(first.err)).toMatch(oneSentence("pictures"));
    expect(readdirSync(folder)).toEqual([]);
    expect(striate([...args, "--layers", "conv2d"], folder).code).toBe(0);
    const before = readdirSync(join(folder, "pictures")).map((name) => [
      name,
      readFileSync(join(folder, "pictures", name)).length,
    ]);
    expect(striateWithin(small, args, folder).code).toBe(1);
    expect(readdirSync(folder)).toEqual(["pictures"]);
    expect(
      readdirSync(join(folder, "pictures")).map((name) => [
        name,
        readFileSync(join(folder, "pictures", name)).length,
      ]),
    ).toEqual(before);
  });
});
