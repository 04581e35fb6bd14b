import { join } from "node:path";
import { expect, it } from "vitest";
import { openDataset } from "../src/api/open-dataset.ts";
import { convertFile } from "../src/api/convert-file.ts";
import { openModel } from "../src/api/open-model.ts";
import { summarize } from "../src/model/summary.ts";
import { caseFile, expectCase, expectNumbersOf, valuesOf } from "./cases2.ts";
import { emptyFolder } from "./command-line.ts";
import { arraysOf } from "./onnx-files.ts";
import { describeShared } from "./shared.ts";

// Faults that strangers met where striate meets files and folders (../shared/cases2).

describeShared("cases2/01_convert_maps_out", "a network whose output is a picture", () => {
  it.each(["fcn.h5", "fcn.keras", "fcn.tflite"])("%s becomes ONNX", async (file) => {
    const out = join(emptyFolder(), "out.onnx");
    const from = caseFile(`01_convert_maps_out/${file}`);
    expect((await convertFile(from, out)).difference).toBeLessThan(1e-5);
    const wanted = arraysOf(caseFile("01_convert_maps_out/fcn.npz"));
    expectNumbersOf(wanted, await valuesOf((await openModel(out)).network, wanted), 1e-5);
  });
});

describeShared("cases2/18_ppm_folder", "a data set of traffic signs", () => {
  it("is read, or the files that are not are counted", async () => {
    const found = await openDataset(caseFile("18_ppm_folder/signs")).then(
      async (set) => {
        const count = set.splits.get("train");
        await set.close();
        return `${count} pictures of ${set.classNames.length} classes`;
      },
      (error: Error) => error.message,
    );
    expect(found).toMatch(/^8 pictures of 2 classes$|8 files that are not read: 6 .ppm, 2 .pgm/);
  });
});

describeShared("cases2/21_folders_with_one_model", "folders with one model in it", () => {
  const open = async (folder: string) =>
    (await openModel(caseFile(`21_folders_with_one_model/${folder}`))).network;

  it("Teachable Machine's, with its labels", async () => {
    expect((await open("teachable")).labels).toEqual(["cat", "dog"]);
  });

  it("TensorFlow Serving's", async () => {
    expect((await open("serving")).origin.format).toBe("TensorFlow SavedModel");
  });
});

describeShared("cases2/22_onnx_if_parameters", "weights inside the branches of an If", () => {
  it("are counted, and change no number", async () => {
    const network = await expectCase("22_onnx_if_parameters/if.onnx");
    expect(summarize(network).parameters.total).toBe(216);
    expect([...network.weights.keys()]).toHaveLength(2);
  });
});

describeShared("cases2/23_keras_add_loss", "a loss that a layer adds", () => {
  it("changes nothing", () => expectCase("23_keras_add_loss/addloss.h5"));
});
