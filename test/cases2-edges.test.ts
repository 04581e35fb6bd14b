import { join } from "node:path";
import { expect, it } from "vitest";
import { Model } from "../src/api/model.ts";
import { isAvailable, leftOut } from "../src/model/lowering/left-out.ts";
import { openDataset } from "../src/api/open-dataset.ts";
import { convertFile } from "../src/api/convert-file.ts";
import { openModel } from "../src/api/open-model.ts";
import { summarize } from "../src/model/facts/summary.ts";
import { caseFile, expectCase, expectNumbersOf, valuesOf } from "./cases2.ts";
import { emptyFolder } from "./command-line.ts";
import { readImage } from "../src/api/read-image.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { arraysOf, largestDifference } from "./onnx-files.ts";
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
    const { parameters, multiplyAdds } = summarize(network);
    expect(parameters.total).toBe(216);
    // One branch of the two: 4 maps of 6 x 6, each value of 27 products.
    expect(multiplyAdds).toBe(3888);
    expect([...network.weights.keys()]).toHaveLength(2);
  });
});

describeShared("cases2/23_keras_add_loss", "a loss that a layer adds", () => {
  it("changes nothing", () => expectCase("23_keras_add_loss/addloss.h5"));
});

describeShared("cases2/24_onnx_photo_without_batch", "an input that is one picture", () => {
  it.each([
    ["chw", "1/255"],
    ["hwc_u8", "none"],
  ])("%s.onnx takes a photo, scaled by %s", async (name, scale) => {
    const folder = "24_onnx_photo_without_batch";
    const network = await expectCase(`${folder}/${name}.onnx`);
    const model = new Model({ network }, runtime, { threads: 1 });
    const photo = await readImage(caseFile(`${folder}/photo.png`));
    expect(model.preprocessing().scale).toBe(scale);
    const wanted = arraysOf(caseFile(`${folder}/${name}.npz`))["tap:prob"]!;
    expect(largestDifference(await model.predict(photo), wanted)).toBeLessThan(1e-5);
    await model.dispose();
  });
});

describeShared("cases2/15_tf1_decode_jpeg", "a graph that starts from the bytes of a photo", () => {
  it("takes the photo's pixels", async () => {
    const { network } = await openModel(caseFile("15_tf1_decode_jpeg/decode_jpeg.pb"));
    expect(leftOut(network).join()).toMatch(/a photo enters as its pixels.*"Cast"/);
    const model = new Model({ network }, runtime, { threads: 1 });
    const photo = await readImage(caseFile("15_tf1_decode_jpeg/photo.jpg"));
    const wanted = arraysOf(caseFile("15_tf1_decode_jpeg/decode_jpeg.npz"));
    const output = await model.predict(photo);
    expect(largestDifference(output, wanted["tap:final_result"]!)).toBeLessThan(1e-5);
    await model.dispose();
  });
});

describeShared("cases2/16_unknown_op_at_the_end", "an op that nobody knows", () => {
  it.each([
    ["ssd.tflite", "TFLite_Detection_PostProcess"],
    ["trt_nms.onnx", "nms"],
  ])("of %s is left out, and all before it runs", async (file, name) => {
    const path = `16_unknown_op_at_the_end/${file}`;
    const { network } = await openModel(caseFile(path));
    expect(network.layers.find(({ address }) => address === name)).toMatchObject({ outputs: [] });
    expect(leftOut(network).join("\n")).toContain(`"${name}"`);
    const wanted = arraysOf(caseFile(path.replace(/\.\w+$/, ".npz")));
    // The outputs are what the op would read: boxes, then scores.
    const { y0, y1, ...rest } = wanted;
    const ends = y0 && y1 ? { ...rest, y0: y1, y1: y0 } : rest;
    expectNumbersOf(ends, await valuesOf(network, ends), 1e-5);
  });
});

describeShared("cases2/02_onnx_labels_out", "outputs that hold no numbers", () => {
  it.each(["customvision", "label_string"])("of %s.onnx stand in nobody's way", async (name) => {
    await expectCase(`02_onnx_labels_out/${name}.onnx`);
  });
});

describeShared("cases2/20_keras_int4", "weights of 4 bits", () => {
  it("are named, and what comes before them runs", async () => {
    const { network } = await openModel(caseFile("20_keras_int4/int4.keras"));
    expect(leftOut(network)[0]).toMatch(/^not run: Dense "d": its weights are quantised \(int4/);
    expect(network.layers.filter(isAvailable).length).toBe(network.layers.length - 1);
  });
});
