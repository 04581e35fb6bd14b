import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { modelInFolder } from "./model-in-folder.ts";

function folderOf(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "striate-"));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
  return folder;
}

describe("the model of a folder", () => {
  it.each([
    ["TF.js", ["model.json", "weights.bin", "metadata.json"], "model.json"],
    ["a SavedModel", ["saved_model.pb", "keras_metadata.pb", "variables/x"], "saved_model.pb"],
    ["Teachable Machine", ["keras_model.h5", "labels.txt", ".DS_Store"], "keras_model.h5"],
    ["Teachable Machine's TFLite", ["model_unquant.tflite", "labels.txt"], "model_unquant.tflite"],
    ["TensorFlow Serving", ["2/saved_model.pb", "10/saved_model.pb"], "10/saved_model.pb"],
    ["what an archive unpacks to", ["net/net/model.onnx", "__MACOSX/._x"], "net/net/model.onnx"],
    ["what the whole folder is", ["model.json", "old.h5"], "model.json"],
  ])("of %s", async (_, files, wanted) => {
    const folder = folderOf(...files);
    expect(await modelInFolder(folder)).toBe(join(folder, wanted));
  });

  it("asks where there are several", async () => {
    const folder = folderOf("a.h5", "b.onnx");
    await expect(modelInFolder(folder)).rejects.toThrow(
      `is a folder with 2 models in it; name one of them: ${join(folder, "a.h5")}, ${join(folder, "b.onnx")}`,
    );
  });

  it("says that there is none", async () => {
    await expect(modelInFolder(folderOf("photo.png"))).rejects.toThrow("without a model in it");
  });
});
